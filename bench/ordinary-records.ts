/** The records of other services in generated logs: shapes and sizes as an organization trail has them. */
import type { Choice, Random } from "../src/demo/random.ts";

export interface Caller {
  readonly identity: string;
  readonly address: string;
  readonly agent: string;
  /** ARN of the session or user, as denial texts name it. */
  readonly arn: string;
}

/** What all records of one file share. */
export interface FileScope {
  readonly account: string;
  readonly region: string;
  readonly callers: Choice<Caller>;
  /** Time of the next record. */
  readonly time: () => string;
}

const agents: Choice<string> = [
  "aws-sdk-java/2.31.40 (Linux/6.1.141; OpenJDK_64-Bit_Server_VM/21.0.7; Java/21.0.7)",
  "Boto3/1.40.21 md/Botocore#1.40.21 ua/2.1 os/linux#5.10.236 lang/python#3.12.11",
  "[S3Console/0.4, aws-internal/3 aws-sdk-java/1.12.750 Linux/5.10]",
  "APN/1.0 HashiCorp/1.0 Terraform/1.12.2 (+https://www.terraform.io) terraform-provider-aws/6.9.0",
  'aws-cli/2.28.1 md/awscrt#0.27.4 ua/2.1 os/macos#24.5.0 md/arch#arm64 lang/python#3.13.4 (Darwin; \\"zsh\\")',
  "aws-sdk-js/3.1160.0 ua/2.1 os/linux#6.8 lang/js md/nodejs#20.19.3 api/s3#3.1160.0 exec-env/AWS_Lambda_nodejs20.x",
];
const roles: Choice<string> = [
  "invoice-bot",
  "ci-deploy",
  "data-lake-etl",
  "web-frontend",
  "order-service",
  "config-recorder",
  "backup-agent",
  "eks-node-group-blue",
  "search-indexer",
  "support-assistant",
];
const people: Choice<string> = ["ana.silva", "ben.koch", "chloe.martin", "dmitri.ivanov", "emma.jones", "femi.ade"];

/** Callers of one file: sessions live for an hour, so their keys repeat inside a file, as in real logs. */
export function makeCallers(random: Random, account: string, region: string, day: string): Choice<Caller> {
  const make = (index: number): Caller => {
    const address =
      index % 3 === 0 ? `10.${random.int(64)}.${random.int(256)}.${random.int(256)}` : `198.51.100.${random.int(256)}`;
    const agent = random.pick(agents);
    const key = `ASIA${random.code(16)}`;
    if (index % 7 === 6 || index % 7 === 3) {
      const service = random.pick(["autoscaling.amazonaws.com", "config.amazonaws.com", "cloudtrail.amazonaws.com"]);
      return {
        identity: `{"type":"AWSService","invokedBy":"${service}"}`,
        address: service,
        agent: service,
        arn: `arn:aws:iam::${account}:role/service`,
      };
    }
    if (index % 7 === 5) {
      const arn = `arn:aws:iam::${account}:user/legacy-exporter`;
      return {
        identity: `{"type":"IAMUser","principalId":"AIDA${random.code(17)}","arn":"${arn}","accountId":"${account}","accessKeyId":"AKIA${random.code(16)}","userName":"legacy-exporter"}`,
        address,
        agent,
        arn,
      };
    }
    const sso = index % 3 === 1;
    const role = sso ? "AWSReservedSSO_Developer_0a1b2c3d4e5f6071" : random.pick(roles);
    const session = sso ? `${random.pick(people)}@example.com` : `i-0${random.hex(16)}`;
    const path = sso ? `aws-reserved/sso.amazonaws.com/${region}/` : "apps/";
    const id = `AROA${random.code(17)}`;
    const arn = `arn:aws:sts::${account}:assumed-role/${role}/${session}`;
    const identity =
      `{"type":"AssumedRole","principalId":"${id}:${session}","arn":"${arn}","accountId":"${account}","accessKeyId":"${key}",` +
      `"sessionContext":{"sessionIssuer":{"type":"Role","principalId":"${id}","arn":"arn:aws:iam::${account}:role/${path}${role}","accountId":"${account}","userName":"${role}"},` +
      `"attributes":{"creationDate":"${day}T0${random.int(9)}:${10 + random.int(50)}:02Z","mfaAuthenticated":"false"}}}`;
    return { identity, address, agent, arn };
  };
  return [make(0), ...Array.from({ length: 79 }, (_, index) => make(index + 1))];
}

/** The beginning of every record, up to and with `userAgent`. */
export function recordHead(scope: FileScope, caller: Caller, source: string, name: string, version = "1.11"): string {
  return `{"eventVersion":"${version}","userIdentity":${caller.identity},"eventTime":"${scope.time()}","eventSource":"${source}","eventName":"${name}","awsRegion":"${scope.region}","sourceIPAddress":"${caller.address}","userAgent":"${caller.agent}"`;
}

/** The end of an API-call record; without `tlsDetails` if there is no host, as when an AWS service called. */
export function recordTail(
  random: Random,
  scope: FileScope,
  readOnly: boolean,
  host: string,
  requestId: string = random.uuid(),
): string {
  const tls =
    host === ""
      ? ""
      : `,"tlsDetails":{"tlsVersion":"TLSv1.3","cipherSuite":"TLS_AES_128_GCM_SHA256","clientProvidedHostHeader":"${host}"}`;
  const endpoint = random.chance(0.3)
    ? `"sharedEventID":"${random.uuid()}","vpcEndpointId":"vpce-0${random.hex(16)}",`
    : "";
  return `"requestID":"${requestId}","eventID":"${random.uuid()}","readOnly":${readOnly},"eventType":"AwsApiCall","managementEvent":true,"recipientAccountId":"${scope.account}",${endpoint}"eventCategory":"Management"${tls}}`;
}

type Shape = (
  random: Random,
  scope: FileScope,
) => readonly [service: string, name: string, readOnly: boolean, body: string];

const key = (random: Random, scope: FileScope): string =>
  `arn:aws:kms:${scope.region}:${scope.account}:key/0f3c9d2e-5a61-4b7f-8c10-00000000${1000 + random.int(40)}`;

const shapes: Choice<Shape> = [
  (r, s) => [
    "kms",
    "Decrypt",
    true,
    `"requestParameters":{"encryptionContext":{"aws:s3:arn":"arn:aws:s3:::data-lake-${s.account}/raw/dt=2026-10-0${1 + r.int(9)}/part-${r.int(99999)}.parquet"},"encryptionAlgorithm":"SYMMETRIC_DEFAULT"},"responseElements":null,"resources":[{"accountId":"${s.account}","type":"AWS::KMS::Key","ARN":"${key(r, s)}"}]`,
  ],
  (r, s) => [
    "kms",
    "GenerateDataKey",
    true,
    `"requestParameters":{"keyId":"${key(r, s)}","encryptionContext":{"aws:lambda:FunctionArn":"arn:aws:lambda:${s.region}:${s.account}:function:order-${r.int(30)}"},"keySpec":"AES_256"},"responseElements":null,"resources":[{"accountId":"${s.account}","type":"AWS::KMS::Key","ARN":"${key(r, s)}"}]`,
  ],
  (r, s) => [
    "sts",
    "AssumeRole",
    true,
    `"requestParameters":{"roleArn":"arn:aws:iam::${s.account}:role/apps/${r.pick(roles)}","roleSessionName":"run-${r.int(9999)}","durationSeconds":3600},"responseElements":{"credentials":{"accessKeyId":"ASIA${r.code(16)}","sessionToken":"IQoJb3JpZ2luX2VjE${r.mixed(60)}","expiration":"Oct 1, 2026, 9:00:00 AM"},"assumedRoleUser":{"assumedRoleId":"AROA${r.code(17)}:run","arn":"arn:aws:sts::${s.account}:assumed-role/run"}}`,
  ],
  (r, s) => [
    "s3",
    "GetBucketAcl",
    true,
    `"requestParameters":{"bucketName":"data-lake-${s.account}","Host":"data-lake-${s.account}.s3.${s.region}.amazonaws.com","acl":""},"responseElements":null,"additionalEventData":{"SignatureVersion":"SigV4","CipherSuite":"TLS_AES_128_GCM_SHA256","bytesTransferredIn":0,"AuthenticationMethod":"AuthHeader","x-amz-id-2":"${r.mixed(40)}=","bytesTransferredOut":${r.int(900)}}`,
  ],
  (r, s) => [
    "s3",
    "ListBuckets",
    true,
    `"requestParameters":{"Host":"s3.${s.region}.amazonaws.com"},"responseElements":null,"additionalEventData":{"SignatureVersion":"SigV4","CipherSuite":"TLS_AES_128_GCM_SHA256","bytesTransferredIn":0,"AuthenticationMethod":"AuthHeader","x-amz-id-2":"${r.mixed(40)}=","bytesTransferredOut":${r.int(9000)}}`,
  ],
  (r) => [
    "ec2",
    "DescribeInstances",
    true,
    `"requestParameters":{"maxResults":1000,"instancesSet":{"items":[{"instanceId":"i-0${r.hex(16)}"},{"instanceId":"i-0${r.hex(16)}"}]},"filterSet":{"items":[{"name":"instance-state-name","valueSet":{"items":[{"value":"running"},{"value":"stopped"}]}}]}},"responseElements":null`,
  ],
  (r) => [
    "ec2",
    "DescribeNetworkInterfaces",
    true,
    `"requestParameters":{"networkInterfaceIdSet":{},"filterSet":{"items":[{"name":"attachment.instance-id","valueSet":{"items":[{"value":"i-0${r.hex(16)}"}]}},{"name":"status","valueSet":{"items":[{"value":"in-use"}]}}]}},"responseElements":null`,
  ],
  (r, s) => [
    "logs",
    "CreateLogStream",
    false,
    `"requestParameters":{"logStreamName":"2026/10/01/[$LATEST]${r.hex(32)}","logGroupName":"/aws/lambda/order-${r.int(30)}"},"responseElements":null,"apiVersion":"20140328","sessionCredentialFromConsole":"${s.account === "" ? "true" : "false"}"`,
  ],
  (r, s) => [
    "lambda",
    "UpdateFunctionConfiguration20150331v2",
    false,
    `"requestParameters":{"functionName":"arn:aws:lambda:${s.region}:${s.account}:function:order-${r.int(30)}","environment":{},"memorySize":${128 * (1 + r.int(8))},"layers":["arn:aws:lambda:${s.region}:580247275435:layer:LambdaInsightsExtension:${r.int(60)}"]},"responseElements":{"functionName":"order","runtime":"nodejs20.x","codeSize":${r.int(9_000_000)},"lastModified":"2026-10-01T00:00:00.000+0000","codeSha256":"${r.mixed(43)}=","tracingConfig":{"mode":"Active"},"revisionId":"${r.uuid()}"}`,
  ],
  (r, s) => [
    "dynamodb",
    "DescribeTable",
    true,
    `"requestParameters":{"tableName":"orders-${r.int(20)}"},"responseElements":null,"resources":[{"accountId":"${s.account}","type":"AWS::DynamoDB::Table","ARN":"arn:aws:dynamodb:${s.region}:${s.account}:table/orders-${r.int(20)}"}],"apiVersion":"2012-08-10"`,
  ],
  (r, s) => [
    "iam",
    "PutRolePolicy",
    false,
    `"requestParameters":{"roleName":"${r.pick(roles)}","policyName":"inline-${r.int(100)}","policyDocument":"{\\"Version\\":\\"2012-10-17\\",\\"Statement\\":[{\\"Effect\\":\\"Allow\\",\\"Action\\":[\\"s3:GetObject\\",\\"s3:PutObject\\"],\\"Resource\\":\\"arn:aws:s3:::data-lake-${s.account}/*\\",\\"Condition\\":{\\"StringEquals\\":{\\"aws:PrincipalOrgID\\":\\"o-exampleorg1\\"}}}]}"},"responseElements":null`,
  ],
  (r) => [
    "iam",
    "GetRole",
    true,
    `"requestParameters":{"roleName":"${r.pick(roles)}-${r.int(50)}"},"responseElements":null,"errorCode":"NoSuchEntityException","errorMessage":"The role with name ${r.pick(roles)} cannot be found."`,
  ],
];

/** One record of another service; now and then one that only mentions Bedrock inside a string. */
export function ordinaryRecord(random: Random, scope: FileScope): string {
  const caller = random.pick(scope.callers);
  if (random.chance(0.00005)) {
    const document = `{\\"Version\\":\\"2012-10-17\\",\\"Statement\\":[{\\"Effect\\":\\"Allow\\",\\"Principal\\":{\\"Service\\":\\"bedrock.amazonaws.com\\"},\\"Action\\":\\"sts:AssumeRole\\"}]}`;
    return `${recordHead(scope, caller, "iam.amazonaws.com", "CreateRole")},"requestParameters":{"roleName":"agents","assumeRolePolicyDocument":"${document}"},"responseElements":null,${recordTail(random, scope, false, "iam.amazonaws.com")}`;
  }
  const [service, name, readOnly, body] = random.pick(shapes)(random, scope);
  const host = random.chance(0.4) ? "" : `${service}.${scope.region}.amazonaws.com`;
  return `${recordHead(scope, caller, `${service}.amazonaws.com`, name)},${body},${recordTail(random, scope, readOnly, host)}`;
}
