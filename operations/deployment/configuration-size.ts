import { ConfigurationError, meshKey } from "../../topology";

/**
 * By so many bytes Pulumi hands a stack's whole configuration to the program: as one variable of its environment, of which Linux
 * takes no longer one (MAX_ARG_STRLEN, 32 pages of 4 KiB; Pulumi's language host for Node.js, PULUMI_CONFIG).
 */
const longestVariableBytes = 131_072;

/** For what a stack's configuration has beside the mesh: its name, other settings, a kubeconfig or two. */
const keptForOthersBytes = 4_096;

/** So many bytes a mesh may have, as it stands in that variable: JSON in a string of JSON. */
const longestMeshBytes = longestVariableBytes - keptForOthersBytes;

/**
 * The configuration as it is, where it can be handed to the program.
 * @throws ConfigurationError where it is too long for that: the program would not start, and nobody would say why.
 */
export function handedOver<Configuration>(configuration: Configuration): Configuration {
  const bytes = Buffer.byteLength(JSON.stringify(JSON.stringify(configuration ?? "")));
  if (bytes <= longestMeshBytes) return configuration;
  const shown = (size: number): string => `${Math.ceil(size / 1024)} KiB`;
  throw new ConfigurationError([
    {
      path: meshKey,
      expected: `a configuration of at most ${shown(longestMeshBytes)}, as it is handed to Pulumi's program`,
      found: shown(bytes),
      fix: "Describe global services in files beside the stack's and name these in `globalServices.files`: they are read by the program itself, and take any number. Leave out what is the default.",
    },
  ]);
}
