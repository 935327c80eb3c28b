/** The shape of the made-up records: what CloudTrail writes for a call, its completion and its copies. */
import type { Caller } from "./callers.ts";
import type { Random } from "./random.ts";
import type { TrailRecord } from "./trail.ts";

export interface CallShape {
  readonly caller: Caller;
  readonly region: string;
  readonly at: number;
  readonly source?: string;
  readonly name: string;
  readonly requestParameters: TrailRecord | null;
  readonly responseElements?: TrailRecord;
  readonly additionalEventData?: TrailRecord;
  readonly resources?: readonly TrailRecord[];
  readonly error?: { readonly code: string; readonly message: string };
  readonly requestId: string;
  readonly data?: true;
  readonly host: string;
  readonly readOnly?: false;
}

/** The eventTime as CloudTrail writes it: UTC, whole seconds. */
export function eventTime(at: number): string {
  return `${new Date(at).toISOString().slice(0, 19)}Z`;
}

export function apiCallRecord(random: Random, call: CallShape): TrailRecord {
  const { caller } = call;
  return {
    eventVersion: "1.11",
    userIdentity: caller.userIdentity,
    eventTime: eventTime(call.at),
    eventSource: call.source ?? "bedrock.amazonaws.com",
    eventName: call.name,
    awsRegion: call.region,
    sourceIPAddress: caller.address,
    userAgent: caller.agent,
    ...(call.error === undefined ? {} : { errorCode: call.error.code, errorMessage: call.error.message }),
    requestParameters: call.requestParameters,
    responseElements: call.responseElements ?? null,
    ...(call.additionalEventData === undefined ? {} : { additionalEventData: call.additionalEventData }),
    requestID: call.requestId,
    eventID: random.uuid(),
    readOnly: call.readOnly ?? true,
    ...(call.resources === undefined ? {} : { resources: call.resources }),
    eventType: "AwsApiCall",
    managementEvent: call.data !== true,
    recipientAccountId: caller.account,
    ...(caller.vpcEndpoint === undefined
      ? {}
      : {
          sharedEventID: random.uuid(),
          vpcEndpointId: caller.vpcEndpoint,
          vpcEndpointAccountId: caller.account,
        }),
    eventCategory: call.data === true ? "Data" : "Management",
    ...(caller.address.endsWith(".amazonaws.com")
      ? {}
      : {
          tlsDetails: {
            tlsVersion: "TLSv1.3",
            cipherSuite: "TLS_AES_128_GCM_SHA256",
            clientProvidedHostHeader: call.host,
          },
        }),
  };
}

export interface CompletionShape {
  readonly caller: Caller;
  readonly region: string;
  readonly at: number;
  readonly name: string;
  readonly parentRequestId: string;
  readonly entries: TrailRecord;
  readonly shape: "map" | "list";
  readonly resources: readonly TrailRecord[];
}

/** The record that ends a stream. AWS shows the entries both as a map and as a list of keys and values. */
export function completionRecord(random: Random, done: CompletionShape): TrailRecord {
  const list = Object.entries(done.entries).map(([key, value]) => ({ key, value: String(value) }));
  return {
    eventVersion: "1.11",
    userIdentity: done.caller.userIdentity,
    eventTime: eventTime(done.at),
    eventSource: "bedrock.amazonaws.com",
    eventName: done.name,
    awsRegion: done.region,
    sourceIPAddress: done.caller.address,
    userAgent: done.caller.agent,
    requestID: random.uuid(),
    eventID: random.uuid(),
    readOnly: true,
    resources: done.resources,
    eventType: "AwsServiceEvent",
    recipientAccountId: done.caller.account,
    serviceEventDetails: {
      parentRequestId: done.parentRequestId,
      AdditionalEventData: { additionalEntries: done.shape === "list" ? list : done.entries },
    },
  };
}

/** The second copy of a record that a trail with data events receives. */
export function dataCopy(random: Random, record: TrailRecord): TrailRecord {
  return { ...record, eventID: random.uuid(), managementEvent: false, eventCategory: "Data" };
}

/** The copy of another account's call that the owner of the VPC endpoint receives. */
export function endpointOwnerCopy(random: Random, record: TrailRecord, caller: Caller, owner: string): TrailRecord {
  return {
    ...record,
    userIdentity: {
      type: "AWSAccount",
      principalId: "AIDAEXAMPLEPRINCIPAL1",
      accountId: caller.account,
    },
    requestParameters: null,
    additionalEventData: undefined,
    eventID: random.uuid(),
    recipientAccountId: owner,
  };
}

export function modelResource(region: string, model: string): TrailRecord {
  return {
    type: "AWS::Bedrock::Model",
    ARN: `arn:aws:bedrock:${region}::foundation-model/${model}`,
  };
}
