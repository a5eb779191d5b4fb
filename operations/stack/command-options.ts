import type { EngineEvent } from "@pulumi/pulumi/automation";
import type { StackOptions } from "./stack-options";

/**
 * What every command of Pulumi's is told.
 * @param listen Told of every event. Default: nobody.
 */
export function commonOptions(
  options: StackOptions,
  listen: (event: EngineEvent) => void = () => undefined,
): {
  onOutput: (text: string) => void;
  onError: (text: string) => void;
  onEvent: (event: EngineEvent) => void;
  configFile?: string;
  color: "never";
  showSecrets: false;
} {
  const { onOutput = () => undefined, onErrorOutput = onOutput, onEvent, configFile } = options;
  // In what the SDK and the engine write down for their own makers, keys and tokens stand in the clear.
  const handOn = (event: EngineEvent): void => {
    listen(event);
    if (!isForDebugging(event)) onEvent?.(event);
  };
  return {
    onOutput,
    onError: onErrorOutput,
    onEvent: handOn,
    ...(configFile === undefined ? {} : { configFile }),
    color: "never",
    // The history is read for the counts alone.
    showSecrets: false,
  };
}

/** Whether an event is a message that nobody sees without `--debug`. The SDK's types leave its severity out. */
function isForDebugging({ diagnosticEvent }: EngineEvent): boolean {
  return (diagnosticEvent?.severity as string | undefined) === "debug";
}
