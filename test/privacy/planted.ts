/** Calls in which people are planted wherever they may stand, and the search for them in what leaves. */

/** Each of them is planted where it may stand, and must be in no byte that leaves. */
export const planted = {
  session: "Plantedsession,Doe=Jane",
  source: "plantedsource",
  user: "planteduser",
  federated: "plantedfederated",
  directory: "9067f7d1c2-11111111-2222-3333-4444-555555555555",
  principalId: "AROAPLANTED:plantedid",
  mail: "planted.mail@example.com",
  address: "203.0.113.77",
  six: "2001:db8:77::1",
} as const;
export const people = Object.values(planted);

const call = (n: number, userIdentity: object, more: object = {}): object => ({
  eventVersion: "1.11",
  eventTime: `2026-09-18T08:0${n}:00Z`,
  eventSource: "bedrock.amazonaws.com",
  eventName: "Converse",
  awsRegion: "eu-west-1",
  eventID: `e-${n}`,
  requestID: `5d0f7c1e-0001-4a6b-9d11-00000000000${n}`,
  eventType: "AwsApiCall",
  sourceIPAddress: planted.address,
  userAgent: `tool/1.0 (${planted.mail})`,
  recipientAccountId: "111122223333",
  requestParameters: { modelId: "eu.amazon.nova-pro-v1:0" },
  additionalEventData: { inferenceRegion: "eu-north-1" },
  userIdentity,
  ...more,
});
const session = `arn:aws:sts::111122223333:assumed-role/app/${planted.session}`;
const role = {
  type: "AssumedRole",
  arn: session,
  accountId: "111122223333",
  sessionContext: { sessionIssuer: { arn: "arn:aws:iam::111122223333:role/app" }, sourceIdentity: planted.source },
};
const denied = (who: string): object => ({
  errorCode: "AccessDenied",
  errorMessage: `User: ${who} is not authorized to perform: bedrock:InvokeModel on resource: arn:aws:bedrock:eu-west-3::foundation-model/amazon.nova-pro-v1:0 with an explicit deny (asked by ${planted.mail} from ${planted.six})`,
});
export const records = [
  call(1, role),
  call(2, role, { userAgent: `tool of ${planted.source}, run as ${planted.session}`, ...denied(session) }),
  call(3, {
    type: "IAMUser",
    arn: `arn:aws:iam::111122223333:user/dept/${planted.user}`,
    userName: planted.user,
    accountId: "111122223333",
  }),
  call(
    4,
    { type: "IAMUser", arn: `arn:aws:iam::111122223333:user/dept/${planted.user}`, accountId: "111122223333" },
    { ...denied(`arn:aws:iam::111122223333:user/dept/${planted.user}`), userAgent: `laptop-of-${planted.user}` },
  ),
  call(5, {
    type: "FederatedUser",
    arn: `arn:aws:sts::111122223333:federated-user/${planted.federated}`,
    accountId: "111122223333",
  }),
  call(6, { type: "IdentityCenterUser", accountId: "111122223333", onBehalfOf: { userId: planted.directory } }),
  call(7, { type: "AssumedRole", principalId: planted.principalId }, { sourceIPAddress: planted.six }),
  call(
    8,
    { type: "AWSService", invokedBy: "agents.bedrock.amazonaws.com" },
    { sourceIPAddress: "agents.bedrock.amazonaws.com" },
  ),
];

/** Those of them that stand in a text, whole or in a telling part. */
export function leaked(text: string): string[] {
  const lower = text.toLowerCase();
  return [...people, "plantedid", "Doe=Jane", "planted.mail"].filter((person) => lower.includes(person.toLowerCase()));
}
