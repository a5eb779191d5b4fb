/**
 * How a picture of a mesh looks, in light and dark. Blue is what control planes do, orange what calls between networks do. All
 * text has a contrast of 4.5 to 1 with what is behind it, and all lines 3 to 1 (WCAG 2.2, 1.4.3 and 1.4.11).
 */
export const drawingStyle = `
.mesh{--text:#1b1f24;--quiet:#525a64;--page:#fff;--frame:#f3f5f7;--edge:#7b848e;--control:#2457b8;--control-fill:#eaf1fd;--calls:#965a00;--calls-fill:#fff4e0;--bad:#b3261e;--good:#1a6b34;font:13px/1.4 system-ui,sans-serif;background:var(--page)}
@media (prefers-color-scheme:dark){.mesh{--text:#e7ebf0;--quiet:#a9b2bd;--page:#14181d;--frame:#1c2229;--edge:#7b8794;--control:#86b1ff;--control-fill:#1b2a44;--calls:#f0b35c;--calls-fill:#3a2a12;--bad:#ff8a80;--good:#6fd08c}}
.mesh text{fill:var(--quiet)}
.mesh .name{fill:var(--text);font-weight:600}
.mesh rect{fill:var(--page);stroke:var(--edge)}
.mesh .network>rect{fill:var(--frame);stroke-dasharray:6 4}
.mesh .cluster.wrong>rect{stroke:var(--bad);stroke-width:2}
.mesh .istiod>rect{fill:var(--control-fill);stroke:var(--control)}
.mesh .gateway>rect{fill:var(--calls-fill);stroke:var(--calls)}
.mesh .sign{font-weight:700}
.mesh .well .sign,.mesh .sign.well{fill:var(--good)}
.mesh .wrong .sign,.mesh .sign.wrong{fill:var(--bad)}
.mesh .line path{fill:none;stroke:var(--text);stroke-width:1.5}
.mesh .line.reads path{stroke:var(--control);stroke-dasharray:5 3}
.mesh .line.configures path{stroke:var(--quiet);stroke-dasharray:2 3}
.mesh .line.calls path{stroke:var(--calls);stroke-width:3}
.mesh marker.serves path{fill:var(--text)}
.mesh marker.reads path{fill:var(--control)}
.mesh marker.configures path{fill:var(--quiet)}
.mesh marker.calls path{fill:var(--calls)}
`;
