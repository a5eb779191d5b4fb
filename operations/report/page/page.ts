import { createHash } from "node:crypto";
import { drawingStyle, meshPicture } from "../../graph";
import { markup, Markup } from "../../markup";
import type { MeshReport } from "../report";
import { callsSection } from "./calls";
import { checksSection } from "./checks";
import { clustersSection } from "./clusters";
import { endsSection } from "./ends";
import { findingsSection } from "./findings";
import { notesOf } from "./notes";
import { scrollable, section } from "./section";
import { pageStyle } from "./style";
import { verdictOf } from "../verdict";

/**
 * A report as one page of HTML. It has no script, and what it needs is in it: it asks nobody for anything, and a policy in it
 * forbids that it could. It follows its reader into light and dark, and is read by keyboard and by screen readers.
 */
export async function reportPage(report: MeshReport): Promise<string> {
  const style = drawingStyle + pageStyle;
  const { isWell, words } = verdictOf(report);
  const picture = await meshPicture(report.graph, notesOf(report));
  const sections = [
    findingsSection(report),
    section("mesh", "The mesh", scrollable("Picture of the mesh", picture)),
    callsSection(report),
    clustersSection(report),
    endsSection(report),
    checksSection(report),
  ].filter((one) => one !== undefined);
  const page = markup`<!doctype html>
<html lang="en">
<head>
<meta charset="utf-8">
<meta http-equiv="Content-Security-Policy" content="${policyFor(style)}">
<meta name="viewport" content="width=device-width, initial-scale=1">
<meta name="color-scheme" content="light dark">
<meta name="referrer" content="no-referrer">
<link rel="icon" href="data:,">
<title>Mesh ${report.mesh}: ${isWell ? "nothing found" : "something is wrong"}</title>
<style>${new Markup(style)}</style>
</head>
<body class="mesh">
<a class="skip" href="#findings">Skip to what was found</a>
<header>
<h1>Mesh ${report.mesh}</h1>
<p class="verdict ${isWell ? "well" : "wrong"}"><span class="sign" aria-hidden="true">${isWell ? "✓" : "✗"}</span> ${words}</p>
<p class="as-of">As of <time datetime="${report.takenAt}">${momentWords(report.takenAt)}</time></p>
<nav aria-label="Parts of this page"><ul>${sections.map(({ id, title }) => markup`<li><a href="#${id}">${title}</a></li>`)}</ul></nav>
</header>
<main>
${sections.map(({ content }) => content)}
</main>
<footer><p>Made by <code>isthmus report</code>. It holds names and addresses of clusters, and no secret.</p></footer>
</body>
</html>
`;
  return page.text;
}

/** Nothing may be loaded, sent or run; the one style sheet counts that is written in the page. */
function policyFor(style: string): string {
  const hash = createHash("sha256").update(style).digest("base64");
  return `default-src 'none'; style-src 'sha256-${hash}'; img-src data:; base-uri 'none'; form-action 'none'`;
}

/** `2026-11-30 10:00:00 UTC` */
function momentWords(time: string): string {
  return time.replace("T", " ").replace(/(?:\.\d+)?Z$/, " UTC");
}
