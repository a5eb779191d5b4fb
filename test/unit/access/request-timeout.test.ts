import assert from "node:assert/strict";
import { requestTimeoutMs } from "../../../access/connection/request-timeout";

describe("requestTimeoutMs", () => {
  it("is ten seconds, or what the variable says", () => {
    assert.equal(requestTimeoutMs({}), 10_000);
    assert.equal(requestTimeoutMs({ ISTHMUS_REQUEST_TIMEOUT: "" }), 10_000);
    assert.equal(requestTimeoutMs({ ISTHMUS_REQUEST_TIMEOUT: "45" }), 45_000);
    assert.equal(requestTimeoutMs({ ISTHMUS_REQUEST_TIMEOUT: "2.5" }), 2_500);
  });

  it("is refused in words where the variable says no time", () => {
    for (const text of ["0", "-1", "30s", "601", "soon"]) {
      assert.throws(() => requestTimeoutMs({ ISTHMUS_REQUEST_TIMEOUT: text }), {
        name: "ConfigurationError",
        message: `ISTHMUS_REQUEST_TIMEOUT: expected seconds that a server may be silent, more than 0 and at most 600, found "${text}". Set it to a number such as 30, or unset it: 10 s count then.`,
      });
    }
  });
});
