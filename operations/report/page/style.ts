/**
 * How the page of a report looks beside its picture, in the colours of that. It has the reader's own font, and no picture or
 * colour that means nothing: red, yellow and green say how something stands, with a sign beside them.
 */
export const pageStyle = `
:root{color-scheme:light dark}
*{box-sizing:border-box}
body.mesh{--warn:#7a5200;margin:0 auto;padding:1.5rem clamp(1rem,3vw,2.5rem);max-width:80rem;color:var(--text);font:1rem/1.5 system-ui,sans-serif;overflow-wrap:anywhere}
@media (prefers-color-scheme:dark){body.mesh{--warn:#e8c268}}
body.mesh svg{font:13px/1.4 system-ui,sans-serif}
h1{font-size:1.75rem;line-height:1.2;margin:0 0 .5rem}
h2{font-size:1.25rem;margin:2.5rem 0 .75rem;padding-bottom:.25rem;border-bottom:1px solid var(--edge)}
h3,h4{font-size:1rem;margin:1.25rem 0 .25rem}
p{margin:.25rem 0;max-width:75ch}
.verdict{font-size:1.125rem;font-weight:600}
.as-of,.where,caption,footer{color:var(--quiet)}
.sign{font-weight:700}
.well .sign{color:var(--good)}
.wrong .sign{color:var(--bad)}
.warning .sign{color:var(--warn)}
.unseen{color:var(--quiet)}
a{color:var(--control)}
:focus-visible{outline:3px solid var(--control);outline-offset:2px}
.skip{position:absolute;left:-100vw}
.skip:focus{left:1rem;top:.5rem;padding:.5rem 1rem;background:var(--page);z-index:1}
nav ul{display:flex;flex-wrap:wrap;gap:.25rem 1.25rem;list-style:none;margin:1rem 0 0;padding:0}
.findings{list-style:none;margin:0;padding:0}
.findings li{margin:1rem 0;padding:.75rem 1rem;border:1px solid var(--edge);border-left:4px solid var(--edge);border-radius:4px}
.findings li li{margin:.5rem 0;padding:0;border:0}
.findings li ul{list-style:none;padding:0}
.findings li.wrong{border-left-color:var(--bad)}
.findings li.warning{border-left-color:var(--warn)}
.findings :is(h3,h4){margin-top:0}
code,pre{font-family:ui-monospace,monospace;font-size:.875em}
summary{cursor:pointer}
pre{margin:.5rem 0;padding:.5rem .75rem;background:var(--frame);border-radius:4px;overflow-x:auto;white-space:pre-wrap}
.scroll{overflow-x:auto;margin:.5rem 0}
.scroll>svg{display:block}
table{border-collapse:collapse;font-size:.875rem;font-variant-numeric:tabular-nums}
caption{text-align:left;padding:.25rem 0}
th,td{text-align:left;vertical-align:top;padding:.375rem .75rem .375rem 0;border-bottom:1px solid var(--frame);overflow-wrap:normal}
thead :is(th,td){border-bottom-color:var(--edge);white-space:nowrap}
tbody th{font-weight:600}
td>span{white-space:nowrap}
.calls :is(th,td){padding:.25rem .5rem;white-space:nowrap}
.calls caption{position:absolute;clip-path:inset(50%)}
.calls td{text-align:right}
.calls tbody th{position:sticky;left:0;background:var(--page)}
.calls td.apart{text-align:center;color:var(--quiet)}
.calls .step1{background:color-mix(in srgb,var(--control) 6%,var(--page))}
.calls .step2{background:color-mix(in srgb,var(--control) 12%,var(--page))}
.calls .step3{background:color-mix(in srgb,var(--control) 18%,var(--page))}
.calls .step4{background:color-mix(in srgb,var(--control) 24%,var(--page))}
footer{margin-top:3rem;font-size:.875rem}
@media print{nav,.skip{display:none}.scroll{overflow:visible}}
`;
