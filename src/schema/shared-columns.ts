/** The columns that an event and an invocation share: who called, from where, and what model. */
import { type Column, column, personal } from "./column.ts";

export const callerColumns = [
  column(
    "account_id",
    "text",
    "account of the caller",
    "userIdentity.accountId, else from its ARN, else recipientAccountId",
  ),
  column("recipient_account_id", "text", "account whose trail holds the record", "recipientAccountId"),
  personal("principal", column("principal", "text", "stable identity behind the call (R5)", "userIdentity")),
  column("principal_type", "text", "kind of identity; Role is read as AssumedRole", "userIdentity.type"),
  personal(
    "principal-name",
    column("principal_name", "text", "last segment of the principal, the service's name or the account id"),
  ),
  personal("person", column("session_name", "text", "session of a role; often personal data", "userIdentity.arn")),
  personal(
    "person",
    column(
      "source_identity",
      "text",
      "source identity set when the role was assumed",
      "userIdentity.sessionContext.sourceIdentity",
    ),
  ),
  column("invoked_by", "text", "AWS service that made the call on behalf of the principal", "userIdentity.invokedBy"),
  personal(
    "person",
    column("on_behalf_of", "text", "Identity Center user behind the call", "userIdentity.onBehalfOf.userId"),
  ),
  personal("text", column("source_ip", "text", "address the call came from; personal data", "sourceIPAddress")),
  personal("text", column("user_agent", "text", "client software as it names itself", "userAgent")),
  column("vpc_endpoint_id", "text", "VPC endpoint the call came through", "vpcEndpointId"),
  personal("text", column("host", "text", "host name the client called", "tlsDetails.clientProvidedHostHeader")),
  column("via_console", "boolean", "the credentials came from a console session", "sessionCredentialFromConsole"),
  column(
    "bearer_token",
    "boolean",
    "called with a Bedrock API key",
    "callWithBearerToken, or a user named BedrockAPIKey-...",
  ),
] satisfies readonly Column[];

export const modelColumns = [
  personal(
    "text",
    column("model_id", "text", "model identifier as the caller sent it", "requestParameters.modelId (mantle: model)"),
  ),
  column(
    "model_kind",
    "text",
    "foundation-model, inference-profile, application-profile, provisioned, custom, imported, marketplace, prompt, prompt-router or unknown",
  ),
  personal("text", column("profile_id", "text", "inference profile, if the call named one")),
  column(
    "profile_scope",
    "text",
    "us, eu, apac, jp, au, ca, in, us-gov, global, application or unknown; null without a profile",
  ),
  personal("text", column("model", "text", "foundation model, null where the identifier hides it")),
  column("provider", "text", "first part of the model's name"),
] satisfies readonly Column[];

export const tokenColumns = [
  column("input_tokens", "bigint", "input tokens", "additionalEventData.inputTokens, else the completion's"),
  column("output_tokens", "bigint", "output tokens", "additionalEventData.outputTokens, else the completion's"),
  column(
    "cache_read_tokens",
    "bigint",
    "input tokens read from the prompt cache",
    "additionalEventData.cacheReadInputTokens",
  ),
  column(
    "cache_write_tokens",
    "bigint",
    "input tokens written to the prompt cache",
    "additionalEventData.cacheWriteInputTokens",
  ),
] satisfies readonly Column[];

export const errorColumns = [
  column("error_code", "text", "CloudTrail errorCode as it stands", "errorCode"),
  personal("text", column("error_message", "text", "CloudTrail errorMessage as it stands", "errorMessage")),
  column(
    "denied_region",
    "text",
    "Region of the resource that was denied; unspecified for the Region-less ARN (R4)",
    "errorMessage",
  ),
  column("denied_by", "text", "kind of policy that denied the call", "errorMessage"),
  column("denied_explicit", "boolean", "an explicit deny (true) or nothing that allows (false)", "errorMessage"),
  personal(
    "text",
    column("denied_policy_arn", "text", "policy that denied the call, if CloudTrail names it", "errorMessage"),
  ),
] satisfies readonly Column[];
