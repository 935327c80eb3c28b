# Spillway as a container: non-root, and its root file system may be read-only. See docs/scheduling.md.
#   docker build -t spillway .
#   docker run --rm --read-only --tmpfs /tmp -v spillway-data:/data spillway run
ARG NODE_IMAGE=docker.io/library/node:20-bookworm-slim

FROM ${NODE_IMAGE} AS build
WORKDIR /build
COPY package.json package-lock.json .npmrc ./
RUN npm ci --no-audit --no-fund
COPY tsconfig.json tsconfig.build.json ./
COPY scripts ./scripts
COPY src ./src
RUN npm run build && npm prune --omit=dev --no-audit --no-fund

FROM ${NODE_IMAGE}
WORKDIR /opt/spillway
COPY package.json LICENSE ./
COPY queries ./queries
COPY schema ./schema
COPY --from=build /build/node_modules ./node_modules
COPY --from=build /build/dist ./dist
# The image's own user node is 1000:1000; a new volume takes the owner of the folder it covers.
RUN install -d -o 1000 -g 1000 /data
USER 1000:1000
WORKDIR /data
VOLUME /data
ENV NODE_ENV=production
STOPSIGNAL SIGTERM
ENTRYPOINT ["node", "/opt/spillway/dist/cli/bin.js"]
CMD ["run"]
