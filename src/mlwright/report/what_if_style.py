"""What the style of a page has beyond the report's where its reader asks the model."""

from __future__ import annotations

WHAT_IF_STYLE = """
.ask{display:grid;grid-template-columns:3fr 2fr;gap:1rem;align-items:start}
.ask[hidden]{display:none}
.wait,.controls,.told{background:var(--paper);border:1px solid var(--line);border-radius:.5rem;padding:.7rem 1rem;
min-width:0}
.told{position:sticky;top:3.2rem;border-top:5px solid var(--accent)}
.told p,.begin{margin:.15rem 0 .45rem}
.told .big{overflow-wrap:anywhere}
.told h3{display:block;margin:.9rem 0 .2rem}
.ask select,.ask input,.ask textarea,.ask button{font:inherit;color:inherit;background:var(--back);
border:1px solid var(--edge);border-radius:.35rem;padding:.25rem .45rem;max-width:100%;min-width:0}
.ask button{cursor:pointer}
.ask :focus-visible,.ask summary:focus-visible{outline:3px solid var(--accent);outline-offset:1px}
.ask ::placeholder{color:var(--muted);opacity:1;font-style:italic}
.row{display:grid;grid-template-columns:minmax(0,2fr) minmax(0,3fr);gap:.1rem .8rem;align-items:center;margin:.45rem 0}
.row label{overflow-wrap:anywhere;font-weight:600}
.row>select,.row>input,.row>textarea{width:100%}
.row>textarea{display:block;resize:vertical}
.pair{display:flex;gap:.6rem;align-items:center;min-width:0}
.pair input[type=range]{flex:1 1 6rem;padding:0;border:0;accent-color:var(--accent);background:none;height:1.7rem}
.pair input[type=range].unset{opacity:.55}
.pair input[type=number]{flex:0 1 7.5rem;width:7.5rem;font-variant-numeric:tabular-nums}
.note{grid-column:2;margin:0;font-size:.8rem;color:var(--muted);overflow-wrap:anywhere}
.note:empty{display:none}
.note.wrong{color:var(--severe)}
[aria-invalid=true]{border-color:var(--severe)!important}
.chances,.parts{list-style:none;margin:.3rem 0;padding:0;font-size:.9rem}
.chances li,.parts li{display:grid;grid-template-columns:1fr auto;gap:0 .6rem;margin:.3rem 0}
.what{overflow-wrap:anywhere;min-width:0}
.much{font-variant-numeric:tabular-nums;white-space:nowrap}
.bar{grid-column:1/-1;position:relative;height:.45rem;background:var(--line);border-radius:.2rem;overflow:hidden}
.bar i{position:absolute;top:0;bottom:0;background:var(--bar)}
.bar i.a{background:var(--accent)}
.parts .bar::after{content:"";position:absolute;left:50%;top:0;bottom:0;border-left:1px solid var(--ink)}
:root{--edge:#7b8594}
@media (prefers-color-scheme:dark){:root{--edge:#7f8b9b}}
@media (max-width:48rem){.ask{grid-template-columns:minmax(0,1fr)}.told{display:contents}
.told>.now{order:-1;position:sticky;top:2.5rem;z-index:1;background:var(--paper);border:1px solid var(--line);
border-top:4px solid var(--accent);border-radius:.5rem;padding:.35rem .8rem}
.told>.reason{background:var(--paper);border:1px solid var(--line);border-radius:.5rem;padding:.5rem .8rem}
.row{grid-template-columns:minmax(0,1fr)}.note{grid-column:1}}
@media print{#what-if{display:none}}
"""
