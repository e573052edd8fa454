/** The ways to look at a status. */
import { compound, line, type Statement } from '../tree.js';
import type { Context } from './context.js';

const failed = ['!NT_SUCCESS($)', '$ !== STATUS_SUCCESS', '$ < 0', 'NT_ERROR($)', '!($ >= 0)', '$ != STATUS_SUCCESS', '!isOk($)'] as const;
const succeeded = [
  'NT_SUCCESS($)',
  '$ === STATUS_SUCCESS',
  '$ >= 0',
  '!NT_ERROR($)',
  '!($ < 0)',
  'STATUS_SUCCESS === $',
  'isOk($)',
] as const;

export const hasFailed = (ctx: Context, status: string): string => ctx.random.pick(failed).replaceAll('$', status);
export const hasSucceeded = (ctx: Context, status: string): string => ctx.random.pick(succeeded).replaceAll('$', status);

/** Tests a status: `handler` ends the function when the call failed, `rest` follows when it did not. */
export function test(ctx: Context, status: string, handler: readonly Statement[], rest: readonly Statement[]): Statement[] {
  switch (ctx.random.int(11)) {
    case 0:
      return [compound([`if (${hasSucceeded(ctx, status)})`, rest], ['else', handler])];
    case 1:
      return [compound([`if (${hasFailed(ctx, status)})`, handler], ['else', rest])];
    case 2:
      return [
        compound([`switch (${status})`, [compound(['case STATUS_SUCCESS:', [line('break;')]]), compound(['default:', handler])]]),
        ...rest,
      ];
    case 3: {
      const ok = ctx.names.fresh('ok');
      return [line(`const ${ok} = ${hasSucceeded(ctx, status)};`), compound([`if (!${ok})`, handler]), ...rest];
    }
    case 4: {
      const wrong = ctx.names.fresh('wrong');
      return [line(`const ${wrong} = ${hasFailed(ctx, status)} ? true : false;`), compound([`if (${wrong})`, handler]), ...rest];
    }
    case 5: {
      const copy = ctx.names.fresh('copy');
      return [line(`const ${copy} = ${status};`), compound([`if (${hasFailed(ctx, copy)})`, handler]), ...rest];
    }
    default:
      return [compound([`if (${hasFailed(ctx, status)})`, handler]), ...rest];
  }
}
