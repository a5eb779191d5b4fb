import { ensureAgreed } from "../../../../cli/confirm";
import { reportFailure } from "../../../../cli/failure";

/** Asks as every verb does, and ends as the command line ends. */
const proposal = {
  command: "isthmus destroy",
  deed: "remove mesh m1",
  answer: "prod",
  answerIs: "the stack's name",
  details: ["It has two clusters."],
};
ensureAgreed(process.argv.includes("--yes"), proposal).then(
  () => {
    process.stdout.write("agreed\n");
  },
  (error: unknown) => {
    process.exitCode = reportFailure(error, process.argv.includes("json") ? "json" : "table");
  },
);
