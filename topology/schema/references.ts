import { z } from "zod";
import { valuePath } from "../value-path";
import { worded } from "../wording";

const namePattern = "[A-Za-z0-9_.-]{1,100}";

/** The name of another stack. */
export const stackName = worded(z.string().regex(new RegExp(`^${namePattern}(/${namePattern}/${namePattern})?$`)), {
  expected: "the name of another stack: of this project, or in full as organization/project/stack",
  example: "organization/clusters/production",
  mend: (value) => {
    const [first, second] = value.split("/");
    if (value.split("/").length !== 2) return undefined;
    return `Write all three parts: \`organization/${first ?? ""}/${second ?? ""}\`, with the organization's name on Pulumi Cloud.`;
  },
});

/** The name of a stack's output, with the keys below it. */
export function outputPath(example: string): z.ZodString {
  return worded(z.string().regex(valuePath), { expected: "the name of an output, with the keys below it", example });
}
