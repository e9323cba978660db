"""What the report's style has beyond that of the explore page."""

REPORT_STYLE = """
:root{--ship:#1f7a45;--hold:#8a5a00;--refuse:#a3182b}
@media (prefers-color-scheme:dark){:root{--ship:#6fcf97;--hold:#e6b450;--refuse:#ff8a98}}
.above{margin:.8rem 0 0}
h1{margin:.1rem 0 .7rem}
h4{font-size:.95rem;margin:1.2rem 0 .5rem}
.first{display:grid;grid-template:"a n" "b n" 1fr/3fr 2fr;background:var(--paper);border:1px solid var(--line);
border-top:5px solid var(--tone);border-radius:.5rem;overflow:hidden}
.first.ship{--tone:var(--ship)}.first.hold{--tone:var(--hold)}.first.refuse{--tone:var(--refuse)}
.first>div{padding:.7rem 1.1rem;min-width:0}
.first .number{grid-area:n;border-left:1px solid var(--line)}
.first .decision{padding-bottom:0}
.first .why{padding-top:0}
.first p{margin:.1rem 0 .45rem}
.badge{margin:0;color:var(--tone);font-size:1.9rem;font-weight:700;line-height:1.15}
.big{font-size:1.9rem;font-weight:700;line-height:1.15;font-variant-numeric:tabular-nums}
.lead{font-size:1.05rem;font-weight:600}
.reasons{margin:.3rem 0 .3rem;padding-left:1.1rem;font-size:.925rem}
.reasons li{margin:.2rem 0;overflow-wrap:anywhere}
.pictures{display:grid;grid-template-columns:repeat(auto-fill,minmax(min(19rem,100%),1fr));gap:.7rem;margin:.7rem 0}
figure{display:flex;flex-direction:column}
figure h3{display:block;margin:0 0 .2rem}
figcaption{margin-top:auto}
svg text{font:12px system-ui,-apple-system,"Segoe UI",sans-serif;fill:var(--ink)}
svg .m{fill:var(--muted)}
svg .e{text-anchor:end}
svg .c{text-anchor:middle}
svg path{fill:none;stroke:var(--muted)}
svg .l{stroke:var(--line)}
svg .d{stroke:var(--muted);stroke-dasharray:5 4;stroke-width:1.3}
svg .i{stroke:var(--bar);stroke-width:3}
svg .p{stroke:var(--accent);stroke-width:2}
svg .w{stroke:var(--ink);stroke-width:1.3}
svg .i.a{stroke:var(--accent)}
svg rect.b,svg circle.b{fill:var(--bar)}
svg rect.a,svg circle.a{fill:var(--accent)}
svg .t{fill:var(--line)}
svg .s{fill:var(--bar);opacity:.28}
main>nav{margin:1rem 0 0}
nav div{padding-left:0;padding-right:0}
main>nav a{margin-right:.85rem;font-size:.95rem}
p,li,figcaption,summary{overflow-wrap:anywhere}
td{overflow-wrap:break-word}
.depth{border-top:3px solid var(--line);margin-top:2.5rem}
.depth>section>h3{display:block;font-size:1.1rem;margin:2rem 0 .5rem}
.depth .scroll{width:fit-content;max-width:100%}
.depth table{width:auto;min-width:min(100%,30rem)}
.inner a{margin-right:1rem;white-space:nowrap}
section{scroll-margin-top:3rem}
details{margin:.5rem 0}
summary{cursor:pointer}
pre{overflow-x:auto;background:var(--paper);border:1px solid var(--line);border-radius:.5rem;padding:.6rem .8rem}
pre code{border:0;background:none;padding:0;overflow-wrap:normal}
@media (max-width:48rem){.first{display:block}.first .number{border-left:0;border-block:1px solid var(--line)}
.first .why{padding-top:.3rem}
.reasons li span{display:-webkit-box;-webkit-box-orient:vertical;-webkit-line-clamp:2;overflow:hidden}
h1{font-size:1.3rem}.badge,.big{font-size:1.5rem}.first>div{padding:.5rem .8rem}.reasons{font-size:.875rem}
.first p{margin:.05rem 0 .3rem}.lead{font-size:.95rem}
.strip{display:flex;overflow-x:auto;scroll-snap-type:x proximity}
.strip figure{flex:0 0 84%;scroll-snap-align:start}}
@media print{.reasons li span{display:inline}
.strip{display:grid;overflow:visible}.pictures{grid-template-columns:repeat(3,1fr)}
details::details-content{content-visibility:visible;display:block}.first,section>h3{break-inside:avoid}
pre{white-space:pre-wrap;overflow:visible}}
"""
