import { PROBLEM_KINDS } from './problem-kinds.js';

const sections = Object.entries(PROBLEM_KINDS).map(([kind, { status, title, about }]) => {
  const text = escape(about).replace(/`([^`]+)`/g, '<code>$1</code>');
  return `<h2 id="${kind}">${escape(title)}</h2>\n<p><code>${kind}</code> · ${status}</p>\n<p>${text}</p>`;
});

/** The page that the `type` of a problem refers to. */
export const PROBLEMS_PAGE = `<!doctype html>
<html lang="en">
<head><meta charset="utf-8"><title>Tenure: problems</title></head>
<body>
<h1>Problems</h1>
<p>Whatever goes wrong is answered as <code>application/problem+json</code> (RFC 9457). Its <code>type</code> refers here.</p>
${sections.join('\n')}
</body>
</html>
`;

function escape(text: string): string {
  return text.replace(/&/g, '&amp;').replace(/</g, '&lt;').replace(/>/g, '&gt;');
}
