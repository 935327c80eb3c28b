/** The lines on the access to a profile's model in the source Region, as far as AWS tells before a call. */
import type { BedrockReader, ModelAvailability } from "../../aws/bedrock-readiness.ts";
import type { Call } from "../../policy/call.ts";
import { type QuestionBase, ask } from "./ask.ts";
import { type Line, cannotTell, fails, passes } from "./line.ts";

/** The limits of the answer: AWS has confirmed all four and still refused the call. */
const notPromised = "quotas, and whether the first call really passes, it cannot tell: spillway probe shows that";

export async function modelLines(reader: BedrockReader, base: QuestionBase, call: Call): Promise<Line[]> {
  const model = baseModel(call.model);
  if (model === undefined)
    return [
      cannotTell(
        "model-access",
        call.model,
        "it is not a foundation model: AWS answers for those alone",
        "Look whether the model is deployed in the source Region, and make one call.",
      ),
    ];
  return [await accessLine(reader, base, call, model), ...(await formLine(reader, base, call, model))];
}

function baseModel(model: string): string | undefined {
  if (!model.startsWith("arn:")) return model;
  return /:foundation-model\/(.+)$/.exec(model)?.[1];
}

async function accessLine(
  reader: BedrockReader,
  base: QuestionBase,
  { sourceRegion, destinations }: Call,
  model: string,
): Promise<Line> {
  const permission = "bedrock:GetFoundationModelAvailability";
  const asked = await ask({ ...base, what: `the availability of ${model}`, permission }, () =>
    reader.availability(model),
  );
  const subject = `${model} in ${sourceRegion}`;
  if (asked.kind === "refused") return cannotTell("model-access", subject, asked.why, asked.next);
  if (asked.kind === "error")
    return fails(
      "model-access",
      subject,
      `${asked.error.name}: ${asked.error.message}`,
      `Check the model's id and whether ${sourceRegion} has it: aws bedrock list-foundation-models --region ${sourceRegion}`,
    );
  const served = destinations.length === 0 || destinations.includes(sourceRegion) || destinations.includes("*");
  return lineFor(subject, asked.value, sourceRegion, served);
}

function lineFor(subject: string, said: ModelAvailability, sourceRegion: string, servesItself: boolean): Line {
  const found = `agreement ${said.agreement}, authorization ${said.authorization}, entitlement ${said.entitlement}, Region ${said.region}${said.agreementError === null ? "" : ` (${said.agreementError})`}`;
  const failing = (next: string): Line => fails("model-access", subject, found, next);
  const open = (next: string): Line => cannotTell("model-access", subject, found, next);
  if (said.agreement === "NOT_AVAILABLE" || said.agreement === "ERROR")
    return failing("Accept the model's agreement in the Bedrock console, under Model access.");
  if (said.authorization === "NOT_AUTHORIZED")
    return failing("Ask for access to the model in the Bedrock console, in the source Region.");
  if (said.entitlement === "NOT_AVAILABLE")
    return failing("Request access to the model: the account has no entitlement to it yet.");
  if (said.region === "NOT_AVAILABLE" && servesItself)
    return failing(`Call the profile from another source Region: ${sourceRegion} does not have the model.`);
  if (said.agreement === "PENDING")
    return open("Wait two minutes and run the same command again: the agreement is being made.");
  if (said.region === "NOT_AVAILABLE")
    return open("Make one call: the profile never runs in its source Region, so this may not matter.");
  const isAvailable = [said.agreement, said.entitlement, said.region].every((word) => word === "AVAILABLE");
  if (!isAvailable || said.authorization !== "AUTHORIZED")
    return open("Make one call: AWS answered in words that are not known here.");
  return passes("model-access", subject, `${found}; ${notPromised}`);
}

/** The line on the form that Anthropic requires, once for an account or its organization. */
async function formLine(
  reader: BedrockReader,
  base: QuestionBase,
  { managementAccount }: Call,
  model: string,
): Promise<Line[]> {
  if (!model.startsWith("anthropic.")) return [];
  const permission = "bedrock:GetUseCaseForModelAccess";
  const asked = await ask(
    { ...base, what: "the form about the use of Anthropic's models", permission },
    reader.hasUseCase,
  );
  const check = "use-case-form";
  if (asked.kind === "refused") return [cannotTell(check, model, asked.why, asked.next)];
  if (asked.kind === "error")
    return [
      cannotTell(check, model, `${asked.error.name}: ${asked.error.message}`, "Look for it in the Bedrock console."),
    ];
  if (asked.value) return [passes(check, model, "the form was sent")];
  // the account that sends it for the others needs its own
  if (managementAccount === true)
    return [
      fails(
        check,
        model,
        "the organization's management account, which calls, has sent no form: no other account sends it for this one",
        "Send the form in the Bedrock console of the management account: it then holds for the whole organization.",
      ),
    ];
  return [
    cannotTell(
      check,
      model,
      "this account has sent no form; its organization's management account may have",
      "Send the form in the Bedrock console, unless the management account did.",
    ),
  ];
}
