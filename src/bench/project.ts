/** Part d: a project in which every file calls into others, with type information. */
import { Child } from './child.js';
import type { ProjectResult, ProjectTask } from './project-task.js';
import { megabytes, ms, table, type Cell } from './tables.js';

export async function project(files: number, limit: number): Promise<string> {
  const rows: Cell[][] = [];
  const notes: string[] = [];
  for (const rules of [false, true]) {
    const child = new Child<ProjectTask, ProjectResult>(new URL('project-task.js', import.meta.url).pathname, limit);
    const name = rules ? 'driver-contracts' : 'no rules';
    const outcome = await child.run({ files, rules });
    child.end();
    if (outcome.kind !== 'done') {
      rows.push([name, outcome.kind === 'timeout' ? `> ${limit} s` : outcome.how]);
      continue;
    }
    const { result } = outcome;
    rows.push([
      name,
      result.lines,
      `${ms(result.cold)} ms`,
      `${ms(result.coldParse)} ms`,
      `${ms(result.coldRules)} ms`,
      `${ms(result.relint)} ms`,
      `${ms(result.relintParse)} ms`,
      `${ms(result.relintRules)} ms`,
      megabytes(result.heapUsed),
      megabytes(result.maxRss),
    ]);
    if (result.reports > 0) notes.push(`${result.reports} reports where none is due, such as:\n${result.firstReports.join('\n')}`);
  }
  const head = [`${files} files`, 'lines', 'cold', 'of it parse', 'rules', 're-lint', 'of it parse', 'rules', 'heap after', 'peak RSS'];
  return [table(head, rows), ...notes].join('\n\n');
}
