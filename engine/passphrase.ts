import { readFileSync } from "node:fs";

/** The variable that holds a passphrase, and the one that names a file with it. */
export const passphraseVariables = ["PULUMI_CONFIG_PASSPHRASE", "PULUMI_CONFIG_PASSPHRASE_FILE"] as const;

/** One of {@link passphraseVariables}. */
export type PassphraseVariable = (typeof passphraseVariables)[number];

/**
 * Those of the variables that give an empty passphrase. Pulumi takes it for one, and encrypts every key with what
 * everybody knows; and an empty variable is what a workflow makes of a secret that is not there.
 */
export function emptyPassphrases(variables: NodeJS.ProcessEnv): PassphraseVariable[] {
  const isEmpty: Readonly<Record<PassphraseVariable, (value: string) => boolean>> = {
    PULUMI_CONFIG_PASSPHRASE: (value) => value.trim() === "",
    PULUMI_CONFIG_PASSPHRASE_FILE: (value) => value === "" || isEmptyFile(value),
  };
  return passphraseVariables.filter((name) => {
    const value = variables[name];
    return value !== undefined && isEmpty[name](value);
  });
}

/** The variables without empty passphrases: where one is needed, Pulumi then asks for it. */
export function withoutEmptyPassphrases(variables: NodeJS.ProcessEnv): NodeJS.ProcessEnv {
  const empty: readonly string[] = emptyPassphrases(variables);
  return Object.fromEntries(Object.entries(variables).filter(([name]) => !empty.includes(name)));
}

/** Pulumi takes off the white space around what a file holds. */
function isEmptyFile(file: string): boolean {
  try {
    return readFileSync(file, "utf8").trim() === "";
  } catch (error) {
    // Pulumi says better what is wrong with it.
    if ((error as NodeJS.ErrnoException).code === undefined) throw error;
    return false;
  }
}
