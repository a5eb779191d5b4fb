import assert from "node:assert/strict";
import fc from "fast-check";
import { XMLParser, XMLValidator } from "fast-xml-parser";
import { verifyJunit } from "../../../cli/verify-junit";
import type { CheckResult } from "../../../operations/deployment";
import { report } from "../../../operations/verify/report";

const result = (id: string, status: CheckResult["status"], message = "", clusters = ["east"]): CheckResult => ({
  id,
  clusters,
  status,
  message,
  hint: status === "pass" || status === "skip" ? "" : `Mend ${id}.`,
});
const titles = new Map([["a", "a is so"]]);

describe("the report of verify as JUnit's XML", () => {
  it("has a suite for each check and a case for each set of clusters", () => {
    const results = [
      result("a", "pass"),
      result("a", "fail", 'no <answer> & "none"', ["east", "west"]),
      result("b", "warn", "old"),
      result("c", "skip", "not checked"),
    ];
    assert.equal(
      verifyJunit(report(results, [{ id: "d", reason: "it was to be skipped" }]), titles),
      [
        '<?xml version="1.0" encoding="UTF-8"?>',
        '<testsuites name="isthmus verify" tests="5" failures="1" skipped="2">',
        '  <testsuite name="a" tests="2" failures="1" skipped="0">',
        '    <testcase classname="a" name="a is so (east)"></testcase>',
        '    <testcase classname="a" name="a is so (east to west)"><failure message="no &lt;answer&gt; &amp; &quot;none&quot;">Mend a.</failure></testcase>',
        "  </testsuite>",
        '  <testsuite name="b" tests="1" failures="0" skipped="0">',
        '    <testcase classname="b" name="b (east)"><system-out>warning: old. Mend b.</system-out></testcase>',
        "  </testsuite>",
        '  <testsuite name="c" tests="1" failures="0" skipped="1">',
        '    <testcase classname="c" name="c (east)"><skipped message="not checked"/></testcase>',
        "  </testsuite>",
        '  <testsuite name="d" tests="1" failures="0" skipped="1">',
        '    <testcase classname="d" name="d">',
        '      <skipped message="it was to be skipped"/>',
        "    </testcase>",
        "  </testsuite>",
        "</testsuites>",
      ].join("\n"),
    );
  });

  it("has a warning with the reason for what is accepted, and no failure", () => {
    const accepted = { reason: "meant so", until: "2027-01-31" };
    const xml = verifyJunit(report([{ ...result("a", "warn", "denied"), hint: "", accepted }]), titles);
    assert.match(xml, /<system-out>warning: denied\. accepted until 2027-01-31: meant so<\/system-out>/);
    assert.match(xml, /failures="0"/);
  });

  it("is XML whatever clusters say", () => {
    fc.assert(
      fc.property(fc.string({ unit: "binary" }), fc.constantFrom("fail", "warn", "skip"), (words, status) => {
        const xml = verifyJunit(report([result("a", status, words)]), titles);
        assert.equal(XMLValidator.validate(xml), true, xml);
        assert.ok(new XMLParser().parse(xml));
      }),
    );
  });
});
