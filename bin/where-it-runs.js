"use strict";

// What Node.js must have: agents that go through proxies, which earlier ones, and 23, pass over without a word.
const needed = "Node.js 22.21 or later of 22, or 24.5 or later";

/**
 * Why isthmus cannot run here, in one line; undefined where it can. Pure, and in words that Node.js 12 understands, as is
 * isthmus.js: what is too old must be able to read why.
 * @param platform As process.platform.
 * @param version As process.versions.node.
 */
exports.whyNotHere = function (platform, version) {
  if (platform === "win32") {
    return "isthmus: expected Linux or macOS, found Windows. Run it in the Windows Subsystem for Linux (wsl --install).";
  }
  const parts = version.split(".").map((part) => parseInt(part, 10));
  const major = parts[0];
  const minor = parts[1];
  const isEnough = major === 22 ? minor >= 21 : major === 24 ? minor >= 5 : major > 24;
  if (isEnough) return undefined;
  return "isthmus: expected " + needed + ", found " + version + ". Install one of them (https://nodejs.org).";
};
