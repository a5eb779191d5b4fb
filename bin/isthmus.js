#!/usr/bin/env node
"use strict";
require("tsx/cjs");
const { main } = require("../cli/main.ts");
void main(process.argv).then((code) => {
  process.exitCode = code;
});
