import { Controller, Get, Header } from '@nestjs/common';
import { ApiExcludeController } from '@nestjs/swagger';
import { Public } from '../access/roles.js';
import { PROBLEM_KINDS } from './problem-kinds.js';
import { Writes } from './representation.js';

/** The page that the `type` of a problem refers to. */
@ApiExcludeController()
@Public()
@Controller('docs/problems')
export class ProblemsPageController {
  @Get()
  @Writes('text/html')
  @Header('content-type', 'text/html; charset=utf-8')
  page(): string {
    return PAGE;
  }
}

const sections = Object.entries(PROBLEM_KINDS).map(([kind, { status, title, about }]) => {
  const text = escape(about).replace(/`([^`]+)`/g, '<code>$1</code>');
  return `<h2 id="${kind}">${escape(title)}</h2>\n<p><code>${kind}</code> · ${status}</p>\n<p>${text}</p>`;
});

const PAGE = `<!doctype html>
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
