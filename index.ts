import * as pulumi from "@pulumi/pulumi";
import { endWithEngine, meshProgram, type ProgramOutputs } from "./stacks";
import { ConfigurationError } from "./topology";

/** The Pulumi program: reads `isthmus:mesh`, builds the mesh, exports what there is to know about it. */
export = async (): Promise<ProgramOutputs> => {
  endWithEngine();
  try {
    return await meshProgram(
      new pulumi.Config("isthmus").getObject("mesh"),
      process.env["ISTHMUS_PROJECT_DIRECTORY"] ?? process.cwd(),
    );
  } catch (error) {
    // A user's mistake is shown as it is; a stack trace would point at us.
    if (error instanceof ConfigurationError) throw new pulumi.RunError(error.message);
    throw error;
  }
};
