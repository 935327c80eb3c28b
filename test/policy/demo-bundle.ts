/** Policies that fit the demo organization: what its denials, and its drift, are judged by. */
import type { Bundle } from "../../src/policy/bundle.ts";
import { policy } from "./documents.ts";

export const assistant = "arn:aws:iam::222233334444:role/apps/support-assistant";

export const demoBundle: Bundle = {
  format: "spillway-policy-bundle/1",
  collected_at: "2026-09-15T00:00:00Z",
  organization: { id: "o-exampleorg1", management_account: "444455556666" },
  targets: {
    "r-1": { type: "root", name: "Root", parent: null, scps: ["full"] },
    "ou-1": { type: "ou", name: "Workloads", parent: "r-1", scps: ["full", "regions"] },
    "222233334444": { type: "account", name: "app", parent: "ou-1", scps: ["full"] },
  },
  policies: {
    full: { name: "FullAWSAccess", document: policy({ Effect: "Allow", Action: "*", Resource: "*" }) },
    regions: {
      name: "region-deny",
      document: policy({
        Sid: "Regions",
        Effect: "Deny",
        Action: "bedrock:*",
        Resource: "*",
        Condition: {
          StringNotEquals: { "aws:RequestedRegion": ["eu-central-1", "eu-north-1", "eu-south-1", "eu-west-1"] },
        },
      }),
    },
    invoke: {
      name: "invoke (inline)",
      document: policy({ Effect: "Allow", Action: "bedrock:Invoke*", Resource: "*" }),
    },
  },
  principals: { [assistant]: { account: "222233334444", identity: ["invoke"], boundary: null } },
  unreadable: [],
};
