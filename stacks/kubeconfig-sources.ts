import { setTimeout as delay } from "node:timers/promises";
import * as pulumi from "@pulumi/pulumi";
import { z } from "zod";
import { unknownOutput, type KubeconfigSources } from "../access";
import { isTornRead } from "../engine/state";
import { configurationNamespace } from "../topology";

/**
 * Where the program finds kubeconfigs that stand in no file. What it reads here enters no state: the clusters must be known
 * before any resource is made, and the providers get them as secrets.
 */
export const programSources: KubeconfigSources = {
  secret: (key) => {
    const name = `${configurationNamespace}:${key}`;
    // The engine gives a program its configuration decrypted, and says which keys are secrets.
    const text = pulumi.runtime.getConfig(name);
    return Promise.resolve(text === undefined ? undefined : { text, isSecret: isConfigSecret(name) });
  },
  outputs: async (stack) => {
    const name = stack.includes("/") ? stack : `${pulumi.getOrganization()}/${pulumi.getProject()}/${stack}`;
    try {
      return await stackOutputs(name);
    } catch (error) {
      if (error instanceof Error && error.message.includes(`unknown stack "${name}"`)) return undefined;
      throw error;
    }
  },
};

/** The runtime knows it; its types leave it out. */
function isConfigSecret(key: string): boolean {
  return (pulumi.runtime as unknown as { isConfigSecret(key: string): boolean }).isConfigSecret(key);
}

const answerSchema = z.object({ outputs: z.record(z.string(), z.unknown()) });

/**
 * All outputs of a stack, secrets in plain. Unlike a StackReference it leaves nothing in this stack's state.
 * @param name In full: `organization/project/stack`.
 */
async function stackOutputs(name: string): Promise<Readonly<Record<string, unknown>>> {
  for (let attempt = 1; ; attempt++) {
    try {
      const answer: unknown = await pulumi.runtime.invoke("pulumi:pulumi:readStackOutputs", { name });
      return answerSchema.parse(withUnknowns(answer)).outputs;
    } catch (error) {
      if (attempt === maximumAttempts || !isBeingWritten(error)) throw error;
      await delay(retryMs);
    }
  }
}

/** A state of some megabytes is written within a second or two; longer than this no writer takes that still lives. */
const maximumAttempts = 40;
const retryMs = 250;

/**
 * Whether a state was read while another update wrote it: a backend of files writes the attributes beside it in place, and
 * who reads meanwhile finds them empty or cut off.
 */
export function isBeingWritten(error: unknown): boolean {
  return error instanceof Error && error.message.includes("failed to load checkpoint") && isTornRead(error.message);
}

/** The SDK's objects for what is not known yet, in the engine's own form. */
function withUnknowns(value: unknown): unknown {
  if (pulumi.isUnknown(value)) return unknownOutput;
  if (Array.isArray(value)) return value.map(withUnknowns);
  if (typeof value !== "object" || value === null) return value;
  return Object.fromEntries(Object.entries(value).map(([key, inner]) => [key, withUnknowns(inner)]));
}
