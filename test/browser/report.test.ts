import assert from "node:assert/strict";
import { mkdtemp, rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { pathToFileURL } from "node:url";
import { source as axeSource } from "axe-core";
import { chromium, type Browser, type BrowserContext, type BrowserContextOptions, type Page } from "playwright-core";
import { meshGraph, meshSvg } from "../../operations/graph";
import { reportPage } from "../../operations/report";
import type { MeshConfig } from "../../topology";
import { healthy } from "../unit/diagnosis/mesh/healthy";
import { browserProgram, whyNoBrowser } from "../support/browser";
import { planOf } from "../support/plans";
import { reportedMeshes, reportOf, verified, withStaleToken } from "../support/reports";

/** What axe says of a page, as far as it is looked at. */
interface AxeResults {
  readonly violations: readonly {
    readonly id: string;
    readonly nodes: readonly { readonly html: string; readonly failureSummary: string }[];
  }[];
}

const widths = { wide: 1280, narrow: 400 } as const;

describe("the report of a mesh in a browser", function () {
  this.timeout(300_000);
  const unavailable = whyNoBrowser();
  if (unavailable !== undefined) {
    it.skip(`cannot be looked at: ${unavailable}`);
    return;
  }
  let directory: string;
  let browser: Browser | undefined;

  before(async () => {
    directory = await mkdtemp(join(tmpdir(), "isthmus-browser-"));
    const { environment, path } = await browserProgram();
    browser = await chromium.launch({
      executablePath: path,
      env: { ...process.env, ...environment },
      args: [
        "--no-sandbox",
        "--disable-gpu",
        "--disable-quic",
        "--no-first-run",
        "--disable-background-networking",
        "--disable-component-update",
        "--disable-sync",
      ],
    });
  });
  after(async () => {
    await browser?.close();
    await rm(directory, { recursive: true });
  });

  function newContext(options: BrowserContextOptions): Promise<BrowserContext> {
    assert.ok(browser);
    return browser.newContext({ ...options, viewport: { width: widths.wide, height: 800 } });
  }

  async function opened(context: BrowserContext, name: string, content: string): Promise<Page> {
    const file = join(directory, name);
    await writeFile(file, content);
    const page = await context.newPage();
    await page.goto(pathToFileURL(file).href);
    return page;
  }

  for (const [count, config] of Object.entries<MeshConfig>(reportedMeshes)) {
    const [, second] = Object.keys(config.clusters);
    const ill = reportOf(config, withStaleToken(config), verified(config, second));
    const well = reportOf(config, healthy(config), verified(config));
    const uncalled = reportOf(config, healthy(config));
    // Of many clusters axe looks for some ten seconds.
    const looked = count === "40" ? { ill } : { ill, well, uncalled };

    for (const colorScheme of ["light", "dark"] as const) {
      describe(`of ${count} clusters, ${colorScheme}`, () => {
        let context: BrowserContext;
        beforeEach(async () => {
          context = await newContext({ colorScheme });
        });
        afterEach(() => context.close());

        for (const [how, report] of Object.entries(looked)) {
          it(`asks for nothing, fits every screen, and has nothing that keeps anybody from reading it (${how})`, async () => {
            const [requests, complaints]: [string[], string[]] = [[], []];
            context.on("request", (request) => requests.push(request.url()));
            context.on("console", (message) => complaints.push(message.text()));
            context.on("weberror", (error) => complaints.push(error.error().message));
            const page = await opened(context, "report.html", await reportPage(report));
            assert.deepEqual(
              requests.filter((url) => url !== page.url() && url !== "data:,"),
              [],
            );
            for (const width of Object.values(widths)) {
              await page.setViewportSize({ width, height: 800 });
              assert.ok(await isWithin(page), `wider than ${width} px`);
            }
            await page.evaluate(axeSource);
            const { violations } = await page.evaluate<AxeResults>("axe.run()");
            assert.deepEqual(violationWords(violations), []);
            assert.deepEqual(complaints, []);
          });
        }

        it("names every cluster, in the picture and in tables, and all of it can be read", async () => {
          const page = await opened(context, "report.html", await reportPage(ill));
          const headings = await page.locator("#clusters tbody th[scope=row]").allTextContents();
          assert.deepEqual(headings.toSorted(), Object.keys(config.clusters).toSorted());
          await legible(page, Object.keys(config.clusters));
          const background = await page.evaluate<string>("getComputedStyle(document.body).backgroundColor");
          assert.equal(background, colorScheme === "dark" ? "rgb(20, 24, 29)" : "rgb(255, 255, 255)");
        });

        it("has a picture that stands alone", async () => {
          const svg = await meshSvg(meshGraph(planOf(config)));
          const page = await opened(context, "mesh.html", `<!doctype html><title>A page</title>${svg}`);
          await legible(page, Object.keys(config.clusters));
        });
      });
    }

    it(`is gone through by keyboard in the order in which it is read (${count} clusters)`, async () => {
      const context = await newContext({});
      const page = await opened(context, "report.html", await reportPage(ill));
      const stops: string[] = [];
      for (;;) {
        await page.keyboard.press("Tab");
        const stop = await page.evaluate<number>(focusedIndex);
        if (stop < 0 || stops.length > 500) break;
        stops.push(String(stop));
      }
      const all = await page.evaluate<number>(`${focusables}.length`);
      assert.deepEqual(
        stops,
        Array.from({ length: all }, (_unused, index) => String(index)),
      );
      await page.reload();
      await page.keyboard.press("Tab");
      const words = await page.evaluate<string>("document.activeElement.textContent");
      assert.equal(words, "Skip to what was found");
      assert.ok(
        await page.evaluate<boolean>("document.activeElement.getBoundingClientRect().left >= 0"),
        "not to be seen",
      );
      await page.keyboard.press("Enter");
      assert.equal(await page.evaluate<string>("document.activeElement.id"), "findings");
      await context.close();
    });
  }
});

/** What the keyboard stops at, in the order of the document; what is folded is passed over. */
const focusables = `[...document.querySelectorAll("a[href],summary,[tabindex='0']")].filter((one) => one.checkVisibility())`;
const focusedIndex = `${focusables}.indexOf(document.activeElement)`;

const isWithin = (page: Page): Promise<boolean> =>
  page.evaluate<boolean>("document.documentElement.scrollWidth <= document.documentElement.clientWidth");

function violationWords(violations: AxeResults["violations"]): string[] {
  return violations.flatMap(({ id, nodes }) =>
    nodes.slice(0, 3).map(({ failureSummary, html }) => `${id}: ${html}: ${failureSummary}`),
  );
}

interface Rectangle {
  readonly left: number;
  readonly right: number;
  readonly top: number;
  readonly bottom: number;
}

/** All texts of a picture stand in their boxes, no two clusters stand on each other, and each has its name. */
async function legible(page: Page, clusters: readonly string[]): Promise<void> {
  const boxes = await page.evaluate<
    { name: string; kind: string; rect: Rectangle; texts: Rectangle[]; fontPx: number }[]
  >(
    `[...document.querySelectorAll("svg g:has(> rect)")].map((box) => {
      const rectOf = (element) => { const { left, right, top, bottom } = element.getBoundingClientRect(); return { left, right, top, bottom }; };
      const texts = [...box.querySelectorAll(":scope > text")];
      return {
        name: box.querySelector(":scope > .name").textContent,
        kind: box.getAttribute("class").split(" ")[0],
        rect: rectOf(box.querySelector(":scope > rect")),
        texts: texts.map(rectOf),
        fontPx: Math.min(...texts.map((text) => parseFloat(getComputedStyle(text).fontSize) * text.getScreenCTM().a)),
      };
    })`,
  );
  const drawn = boxes.filter(({ kind }) => kind === "cluster");
  assert.deepEqual(drawn.map(({ name }) => name).toSorted(), clusters.toSorted());
  for (const { fontPx, name, rect, texts } of boxes) {
    assert.ok(fontPx >= 12, `${name} is written in ${fontPx} px`);
    for (const text of texts)
      assert.ok(contains(rect, text), `${name} is wider than its box: ${JSON.stringify({ rect, text })}`);
  }
  for (const [index, one] of drawn.entries()) {
    for (const other of drawn.slice(index + 1))
      assert.ok(!overlaps(one.rect, other.rect), `${one.name} on ${other.name}`);
  }
}

function contains(outer: Rectangle, inner: Rectangle): boolean {
  return (
    inner.left >= outer.left && inner.right <= outer.right && inner.top >= outer.top && inner.bottom <= outer.bottom
  );
}

function overlaps(one: Rectangle, other: Rectangle): boolean {
  return one.left < other.right && other.left < one.right && one.top < other.bottom && other.top < one.bottom;
}
