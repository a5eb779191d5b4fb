import { createInterface } from "node:readline/promises";
import { Interrupted } from "./failure";

/**
 * Asks at a terminal whether to go on; where there is none, nobody is asked.
 * @param word What is to be typed to go on.
 * @throws Interrupted when something else is typed.
 */
export async function confirmed(question: string, word: string): Promise<void> {
  if (!process.stdin.isTTY || !process.stderr.isTTY) return;
  const questions = createInterface({ input: process.stdin, output: process.stderr });
  const answer = await questions.question(question);
  questions.close();
  if (answer.trim() !== word) throw new Interrupted("Nothing was changed.");
}
