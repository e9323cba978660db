"""The style and the few lines of script of the explore page: nothing is fetched, without the script all is there."""

STYLE = """
:root{color-scheme:light dark;--ink:#1c2430;--muted:#5d6878;--line:#d9dee6;--paper:#fff;--back:#f4f6f9;--bar:#7d9cc4;
--accent:#b8491f;--severe:#a3182b;--warning:#8a5a00;--c1:#3f74b5;--c2:#d5803b;--c3:#5a9a5f;--c4:#8d69b0;--c5:#9a8a5b}
@media (prefers-color-scheme:dark){:root{--ink:#e4e8ee;--muted:#9aa5b5;--line:#39424f;--paper:#1b2129;--back:#12161c;
--bar:#5b80b0;--accent:#f08a5c;--severe:#ff8a98;--warning:#e6b450;--c1:#6fa3df;--c2:#e39a5e;--c3:#7fbf86;--c4:#b494d6;
--c5:#c4b484}}
*{box-sizing:border-box}
html{scroll-padding-top:3.2rem;-webkit-text-size-adjust:100%}
body{margin:0;background:var(--back);color:var(--ink);font:16px/1.5 system-ui,-apple-system,"Segoe UI",sans-serif}
header,main,footer{max-width:76rem;margin:0 auto;padding:0 1rem}
h1{font-size:1.7rem;line-height:1.2;margin:1.4rem 0 .3rem;overflow-wrap:anywhere}
h2{font-size:1.25rem;margin:2.2rem 0 .6rem}
h3{font-size:1rem;margin:0;display:inline;overflow-wrap:anywhere}
p{margin:.3rem 0 .7rem;max-width:62rem}
a{color:inherit;text-decoration-color:var(--muted)}
nav{position:sticky;top:0;background:var(--back);border-bottom:1px solid var(--line);z-index:2;overflow-x:auto;
white-space:nowrap}
nav div{max-width:76rem;margin:0 auto;padding:.5rem 1rem}
nav a{margin-right:1.1rem;text-decoration:none;color:var(--muted)}
nav a:hover{color:var(--ink)}
.facts{display:grid;grid-template-columns:repeat(auto-fit,minmax(9.5rem,1fr));gap:.6rem;margin:1rem 0}
.facts div{background:var(--paper);border:1px solid var(--line);border-radius:.5rem;padding:.6rem .8rem}
.facts b{display:block;font-size:1.3rem;overflow-wrap:anywhere}
.small,.facts span{color:var(--muted);font-size:.875rem}
ol.next{list-style:none;padding:0;margin:0;counter-reset:n}
ol.next li{counter-increment:n;background:var(--paper);border:1px solid var(--line);border-left:4px solid var(--bar);
border-radius:.4rem;padding:.5rem .8rem;margin:.45rem 0;overflow-wrap:anywhere}
ol.next li::before{content:counter(n) ". ";font-weight:600}
ol.next li.warning{border-left-color:var(--warning)}
ol.next li.severe{border-left-color:var(--severe)}
.tag{font-size:.75rem;border:1px solid currentColor;border-radius:1rem;padding:0 .5rem;margin-right:.3rem}
.warning .tag{color:var(--warning)}
.severe .tag{color:var(--severe)}
code{font:.85em ui-monospace,Menlo,Consolas,monospace;background:var(--back);border:1px solid var(--line);
border-radius:.25rem;padding:.05rem .3rem;overflow-wrap:anywhere}
.scroll{overflow-x:auto;background:var(--paper);border:1px solid var(--line);border-radius:.5rem}
table{border-collapse:collapse;width:100%;font-size:.9rem}
th,td{text-align:left;padding:.32rem .6rem;border-bottom:1px solid var(--line);vertical-align:top}
tr:last-child td{border-bottom:0}
th{color:var(--muted);font-weight:600;white-space:nowrap}
th.n,td.n{text-align:right;font-variant-numeric:tabular-nums;white-space:nowrap}
.line{white-space:nowrap}
.on #overview th{cursor:pointer}
.spark{font-family:ui-monospace,Menlo,Consolas,monospace;letter-spacing:-.03em;color:var(--bar);white-space:nowrap}
.meter{display:inline-block;width:3.2rem;height:.55rem;background:var(--line);border-radius:.2rem;overflow:hidden;
vertical-align:.05rem}
.meter i{display:block;height:100%;background:var(--bar)}
.cards{columns:21rem;column-gap:.8rem}
.cards>*{break-inside:avoid;margin:0 0 .8rem}
.card{background:var(--paper);border:1px solid var(--line);border-radius:.5rem;padding:.7rem .9rem;min-width:0}
.card summary{cursor:pointer}
.card p{font-size:.9rem;overflow-wrap:anywhere}
.card svg,figure svg{display:block;width:100%;height:auto;color:var(--ink);margin:.3rem 0}
figure{margin:0;background:var(--paper);border:1px solid var(--line);border-radius:.5rem;padding:.6rem;min-width:0}
figure.wide{max-width:44rem}
figcaption{font-size:.85rem;color:var(--muted)}
.key i{display:inline-block;width:.8rem;height:.8rem;border-radius:.15rem;margin:0 .25rem 0 .7rem;vertical-align:-.1rem}
input[type=search]{font:inherit;color:inherit;background:var(--paper);border:1px solid var(--line);border-radius:.4rem;
padding:.35rem .6rem;width:min(22rem,100%);margin:.2rem 0 .6rem}
.script{display:none}
.on .script{display:block}
footer{margin:3rem auto 2rem;color:var(--muted);font-size:.875rem;overflow-wrap:anywhere}
@media (max-width:40rem){.w{display:none}th,td{padding:.3rem .35rem}.meter{width:1.8rem}}
@media print{:root{--back:#fff;--ink:#000;--muted:#444;--line:#bbb;--paper:#fff}body{font-size:10pt}
nav,input,.script{display:none!important}.card,figure,ol.next li,tr{break-inside:avoid}h2{break-after:avoid}
.scroll{overflow:visible}}
"""

SCRIPT = """
document.documentElement.classList.add('on');
var box=document.getElementById('find');
if(box)box.addEventListener('input',function(){var word=box.value.toLowerCase();
document.querySelectorAll('[data-name]').forEach(function(one){
one.style.display=one.getAttribute('data-name').indexOf(word)<0?'none':'';});});
document.querySelectorAll('#overview th').forEach(function(head,place){head.addEventListener('click',function(){
var body=head.closest('table').tBodies[0],up=head.dataset.up=head.dataset.up==='1'?'':'1';
function key(row){var said=row.cells[place].textContent.trim(),number=parseFloat(said.replace(/[,<]/g,''));
return isNaN(number)?said.toLowerCase():number;}
Array.from(body.rows).map(function(row){return[key(row),row];}).sort(function(a,b){
var order=typeof a[0]===typeof b[0]?(a[0]<b[0]?1:a[0]>b[0]?-1:0):(typeof a[0]==='number'?-1:1);
return up?order:-order;}).forEach(function(pair){body.appendChild(pair[1]);});});});
addEventListener('beforeprint',function(){document.querySelectorAll('details').forEach(function(d){d.open=true;});});
addEventListener('hashchange',function(){
var one=document.querySelector('#'+CSS.escape(location.hash.slice(1))+' details');
if(one)one.open=true;});
"""
