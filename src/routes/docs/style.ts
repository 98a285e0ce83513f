/** The page's style: light or dark as its reader has it, one column on a phone. */
export const STYLE = `
:root { color-scheme: light dark; --ink: #1c2024; --soft: #5b6470; --line: #dfe3e8; --page: #ffffff; --panel: #f5f7f9;
  --link: #0b57d0; --get: #1a6b3c; --post: #7a4a00; --patch: #5b3aa8; --delete: #a3262a; }
@media (prefers-color-scheme: dark) { :root { --ink: #e6e9ec; --soft: #9aa4b0; --line: #30363d; --page: #121518;
  --panel: #1b2025; --link: #8ab4f8; --get: #7bd39c; --post: #f0b860; --patch: #c3adff; --delete: #ff9a9c; } }
* { box-sizing: border-box; }
html { scroll-padding-top: 1rem; }
body { margin: 0 auto; max-width: 76rem; padding: 0 1.25rem 4rem; background: var(--page); color: var(--ink);
  font: 1rem/1.55 system-ui, sans-serif; overflow-wrap: anywhere; }
.skip { position: absolute; left: -99rem; }
.skip:focus { left: 1rem; top: .5rem; }
header { border-bottom: 1px solid var(--line); padding: 2rem 0 1rem; }
h1 { margin: 0; font-size: 2rem; letter-spacing: -.02em; }
h1 small { color: var(--soft); font-weight: 400; }
.summary { font-size: 1.15rem; margin: .25rem 0 .75rem; }
h2 { margin: 3rem 0 .5rem; font-size: 1.5rem; border-bottom: 2px solid var(--line); padding-bottom: .25rem; }
h3 { margin: 0; font-size: 1.15rem; }
h3 a, nav a { color: inherit; text-decoration: none; }
h3 a:hover, nav a:hover { text-decoration: underline; }
h4 { margin: 1.25rem 0 .35rem; font-size: .8rem; letter-spacing: .06em; text-transform: uppercase; color: var(--soft); }
p { margin: .5rem 0; max-width: 46rem; }
a { color: var(--link); }
article { margin: 1.5rem 0; padding: 1.25rem; border: 1px solid var(--line); border-radius: .6rem; }
article:target { border-color: var(--link); }
code, pre { font: .875em/1.5 ui-monospace, "SF Mono", "DejaVu Sans Mono", monospace; }
pre { margin: .35rem 0; padding: .75rem 1rem; overflow-x: auto; background: var(--panel); border-radius: .4rem;
  overflow-wrap: normal; }
pre code { font-size: 1em; }
.place { margin: .25rem 0 .75rem; }
.place b { display: inline-block; min-width: 3.6rem; font-size: .8rem; letter-spacing: .03em; }
.id { color: var(--soft); font-size: .85rem; margin-left: .5rem; }
.GET { color: var(--get); } .POST { color: var(--post); } .PATCH { color: var(--patch); } .DELETE { color: var(--delete); }
.type { color: var(--soft); font-size: .875rem; }
table { border-collapse: collapse; width: 100%; font-size: .925rem; }
th, td { text-align: left; vertical-align: top; padding: .4rem .75rem .4rem 0; border-top: 1px solid var(--line); }
thead th { border-top: 0; color: var(--soft); font-weight: 400; font-size: .8rem; }
tbody th { font-weight: 400; white-space: nowrap; }
th, td { overflow-wrap: normal; }
td:last-child { overflow-wrap: anywhere; }
th b { display: block; }
th b, dt b { font-size: .75rem; color: var(--soft); font-weight: 600; }
td .type { display: block; }
summary { cursor: pointer; color: var(--soft); font-size: .925rem; }
.refusals { margin-top: .5rem; }
.fields { margin: .5rem 0; }
.fields dt { margin-top: .5rem; }
.fields dd { margin: 0 0 0 1rem; }
.fields dd p { margin: .1rem 0; font-size: .925rem; }
.fields .fields { margin: .25rem 0 .5rem; padding-left: .75rem; border-left: 2px solid var(--line); }
.or { color: var(--soft); font-style: italic; }
nav ul { list-style: none; margin: 0; padding: 0; }
nav > details > ul > li { margin: .75rem 0; font-weight: 600; }
nav li li { font-weight: 400; font-size: .9rem; margin: .1rem 0; color: var(--soft); }
@media (min-width: 60rem) {
  .columns { display: grid; grid-template-columns: 15rem minmax(0, 1fr); gap: 2.5rem; }
  nav { position: sticky; top: 0; align-self: start; max-height: 100vh; overflow-y: auto; padding: 1.5rem 0; }
  nav summary { display: none; }
}
@media (max-width: 40rem) { body { padding: 0 .9rem 3rem; } article { padding: 1rem .9rem; } tbody th { white-space: normal; } }
`;
