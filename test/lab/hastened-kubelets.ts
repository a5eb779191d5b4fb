import { setTimeout as delay } from "node:timers/promises";
import { kubectl } from "./lab-stack";

/**
 * Values by which workloads' certificates live a minute. They are renewed at half of their lifetime, which by itself would
 * be 12 hours.
 */
export const shortLivedLeaves = {
  istiod: { meshConfig: { defaultConfig: { proxyMetadata: { SECRET_TTL: "1m" } } } },
};

/** kubelet brings an istiod its changed Secret at once when its pod changes, else within a minute. */
export class HastenedKubelets {
  private isOver = false;
  private readonly touching: Promise<void>;

  constructor(private readonly sites: readonly string[]) {
    this.touching = this.touch();
  }

  async end(): Promise<void> {
    this.isOver = true;
    await this.touching;
  }

  private async touch(): Promise<void> {
    while (!this.isOver) {
      const touched = ["--selector", "app=istiod", `touched=${String(Date.now())}`, "--overwrite"];
      for (const site of this.sites) {
        // An istiod that is just rolled away cannot be touched.
        await kubectl(site, "--namespace", "istio-system", "annotate", "pods", ...touched).catch(() => undefined);
      }
      await delay(2_000);
    }
  }
}
