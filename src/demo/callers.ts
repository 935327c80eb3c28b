/** Who is in the made-up organization: accounts, workload roles, people and an API key. */
import { type Choice, type Random, createRandom } from "./random.ts";

export const demoAccounts = {
  shop: "111122223333",
  support: "222233334444",
  research: "333344445555",
} as const;
export const demoRegions = ["eu-central-1", "us-east-1"] as const;
export const organizationId = "o-exampleorg1";
export const trailName = "organization-trail";
export const homeRegion = "eu-central-1";

/** A caller as records show it and as reports have to name it. */
export interface Caller {
  readonly account: string;
  readonly userIdentity: Readonly<Record<string, unknown>>;
  /** The ARN in the texts of denials. */
  readonly arn: string;
  readonly principal: string;
  readonly principalType: string;
  readonly address: string;
  readonly agent: string;
  readonly vpcEndpoint?: string;
  readonly bearer?: true;
}

const ids: Random = createRandom(20_260_914);

function roleCaller(
  account: string,
  role: string,
  path: string,
  session: string,
  agent: string,
  address: string,
): Caller {
  const principalId = `AROA${ids.code(17)}`;
  const principal = `arn:aws:iam::${account}:role/${path}${role}`;
  const arn = `arn:aws:sts::${account}:assumed-role/${role}/${session}`;
  return {
    account,
    arn,
    principal,
    principalType: "AssumedRole",
    address,
    agent,
    userIdentity: {
      type: "AssumedRole",
      principalId: `${principalId}:${session}`,
      arn,
      accountId: account,
      accessKeyId: `ASIA${ids.code(16)}`,
      sessionContext: {
        sessionIssuer: {
          type: "Role",
          principalId,
          arn: principal,
          accountId: account,
          userName: role,
        },
        attributes: { creationDate: "2026-09-01T06:00:02Z", mfaAuthenticated: "false" },
      },
    },
  };
}

function ssoCaller(account: string, permissionSet: string, suffix: string, email: string): Caller {
  const agent = "aws-cli/2.28.1 md/awscrt#0.27.4 ua/2.1 os/macos#24.5.0 md/arch#arm64 lang/python#3.13.4 (Darwin)";
  return roleCaller(
    account,
    `AWSReservedSSO_${permissionSet}_${suffix}`,
    "aws-reserved/sso.amazonaws.com/eu-central-1/",
    email,
    agent,
    `203.0.113.${10 + ids.int(90)}`,
  );
}

function userCaller(account: string, name: string, bearer: boolean): Caller {
  const arn = `arn:aws:iam::${account}:user/${name}`;
  return {
    account,
    arn,
    principal: arn,
    principalType: "IAMUser",
    address: "198.51.100.77",
    agent: "OpenAI/Python 2.1.0",
    userIdentity: {
      type: "IAMUser",
      principalId: `AIDA${ids.code(17)}`,
      arn,
      accountId: account,
      userName: name,
    },
    ...(bearer ? { bearer: true as const } : {}),
  };
}

const js = "aws-sdk-js/3.1160.0 ua/2.1 os/linux#6.8 lang/js md/nodejs#20.19.3 api/bedrock-runtime#3.1160.0";
const python = "Boto3/1.40.21 md/Botocore#1.40.21 ua/2.1 os/linux#5.10 lang/python#3.12.11 (x86_64)";
const { shop, support, research } = demoAccounts;

type CallerName =
  | "supportAssistant"
  | "invoiceBot"
  | "orderService"
  | "searchIndexer"
  | "nightlyLabels"
  | "notebook"
  | "agents"
  | "ana"
  | "ben"
  | "chloe"
  | "apiKey"
  | "exporter";

export const callers: Readonly<Record<CallerName, Caller>> = {
  supportAssistant: roleCaller(support, "support-assistant", "apps/", "chat-7f21", js, "10.1.4.20"),
  invoiceBot: {
    ...roleCaller(shop, "invoice-bot", "apps/", "run-42", python, "10.0.3.17"),
    vpcEndpoint: "vpce-0a1b2c3d4e5f60718",
  },
  orderService: roleCaller(shop, "order-service", "apps/", "i-0a11b22c33d44e55f", js, "10.0.9.31"),
  searchIndexer: roleCaller(support, "search-indexer", "apps/", "nightly", python, "10.1.7.4"),
  nightlyLabels: roleCaller(research, "nightly-labels", "batch/", "labels", python, "10.2.0.9"),
  notebook: roleCaller(research, "research-notebook", "service-role/", "SageMaker", python, "10.2.5.66"),
  agents: roleCaller(
    support,
    "AmazonBedrockExecutionRoleForAgents_K2",
    "service-role/",
    "BedrockAgents-q8",
    "bedrock.amazonaws.com",
    "bedrock.amazonaws.com",
  ),
  ana: ssoCaller(research, "DataScientist", "0a1b2c3d4e5f6071", "ana.silva@example.com"),
  ben: ssoCaller(research, "DataScientist", "0a1b2c3d4e5f6071", "ben.koch@example.com"),
  chloe: ssoCaller(support, "Developer", "9f8e7d6c5b4a3021", "chloe.martin@example.com"),
  apiKey: userCaller(research, "BedrockAPIKey-ab12", true),
  exporter: userCaller(shop, "legacy-exporter", false),
};

/** Callers of the records of other services, by account. */
export function bystanders(account: string): Choice<Caller> {
  if (account === shop) return [callers.invoiceBot, callers.orderService, callers.exporter];
  return account === support
    ? [callers.supportAssistant, callers.searchIndexer, callers.chloe]
    : [callers.notebook, callers.nightlyLabels, callers.ana, callers.ben];
}
