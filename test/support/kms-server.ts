/** A KMS endpoint on loopback: keys that sign, and keys that refuse. */
import { type KeyObject, sign } from "node:crypto";
import type { IncomingMessage, ServerResponse } from "node:http";
import { text } from "node:stream/consumers";
import { z } from "zod";
import { LoopbackServer, answerJson } from "./loopback-server.ts";

export interface KeptKey {
  readonly publicKey: KeyObject;
  readonly privateKey: KeyObject;
  readonly spec: string;
  readonly usage?: string;
  /** Signing is refused with this error. */
  readonly refuses?: { readonly status: number; readonly type: string; readonly message: string };
  /** Signs with another key than the one it shows. */
  readonly liesWith?: KeyObject;
}

const request = z.object({
  KeyId: z.string(),
  Message: z.string().optional(),
  MessageType: z.string().optional(),
  SigningAlgorithm: z.string().optional(),
});

export class KmsServer extends LoopbackServer {
  /** By ARN. */
  readonly keys: Map<string, KeptKey> = new Map();
  readonly asked: string[] = [];

  static async start(): Promise<KmsServer> {
    return await new KmsServer().listen();
  }

  protected override async serve(incoming: IncomingMessage, response: ServerResponse): Promise<void> {
    const asked = request.parse(JSON.parse(await text(incoming)));
    const target = String(incoming.headers["x-amz-target"]).replace("TrentService.", "");
    const region = /Credential=[^/]+\/\d{8}\/([^/]+)\/kms\//.exec(incoming.headers.authorization ?? "")?.[1];
    this.asked.push(`${target} ${asked.SigningAlgorithm ?? ""} ${asked.MessageType ?? ""} in ${region ?? "nowhere"}`);
    const answer = (status: number, value: unknown): void => answerJson(response, status, value);
    const key = this.keys.get(asked.KeyId);
    if (key === undefined) {
      answer(400, { __type: "NotFoundException", message: `Key '${asked.KeyId}' does not exist` });
      return;
    }
    if (target === "GetPublicKey") {
      const PublicKey = key.publicKey.export({ format: "der", type: "spki" }).toString("base64");
      answer(200, { KeyId: asked.KeyId, PublicKey, KeySpec: key.spec, KeyUsage: key.usage ?? "SIGN_VERIFY" });
      return;
    }
    if (key.refuses !== undefined) {
      answer(key.refuses.status, { __type: key.refuses.type, message: key.refuses.message });
      return;
    }
    const message = Buffer.from(asked.Message ?? "", "base64");
    const algorithm = asked.SigningAlgorithm === "ED25519_SHA_512" ? null : "sha256";
    const signature = sign(algorithm, message, key.liesWith ?? key.privateKey);
    answer(200, {
      KeyId: asked.KeyId,
      Signature: signature.toString("base64"),
      SigningAlgorithm: asked.SigningAlgorithm,
    });
  }
}
