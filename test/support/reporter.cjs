"use strict";
const { writeFileSync } = require("node:fs");
const { reporters, Runner } = require("mocha");

/** Prints as mocha's spec reporter, and leaves the counts and what failed where the runner of all rings finds them. */
module.exports = class CountingReporter extends reporters.Spec {
  constructor(runner, options) {
    super(runner, options);
    const failures = [];
    runner.on(Runner.constants.EVENT_TEST_FAIL, (test, error) => {
      failures.push({ title: test.fullTitle(), message: String(error?.message ?? error) });
    });
    runner.once(Runner.constants.EVENT_RUN_END, () => {
      const { passes, failures: failed, pending } = runner.stats;
      writeFileSync(
        process.env.ISTHMUS_TEST_COUNTS,
        JSON.stringify({ passed: passes, failed, skipped: pending, failures }),
      );
    });
  }
};
