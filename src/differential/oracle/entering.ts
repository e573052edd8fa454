/** The state in which a function is entered from outside: what is not known of it is chosen, or assumed to be right (interface, section 6). */
import { roles } from '../../contracts/roles.js';
import { levels as levelConstants } from '../../contracts/levels.js';
import * as runtime from '../../runtime/index.js';
import { DRIVER_OBJECT, Out, type HANDLE } from '../../runtime/basics.js';
import { offer } from '../../runtime/nmr-bindings.js';
import { addClient, addProvider } from '../../runtime/nmr-modules.js';
import type { RoutineKind } from '../../runtime/machine.js';
import { WSK_REGISTRATION } from '../../runtime/registrations.js';
import { STATUS_SUCCESS, STATUS_UNSUCCESSFUL, type NTSTATUS } from '../../runtime/status.js';
import { IRP } from '../../runtime/irp.js';
import { socketDispatch } from '../../runtime/socket-calls.js';
import { WSK_SOCKET } from '../../runtime/socket-types.js';
import { WSK_PROVIDER_NPI } from '../../runtime/wsk-types.js';
import { isHolder, type Entry, type Outline } from './entries.js';
import { clientCharacteristics, enterCell, handleBefore, providerCharacteristics } from './handles.js';
import { byIndex, reachableFrom } from './reach.js';
import { putTables, strangersTable } from './strangers.js';
import type { Run } from './run.js';

export interface Call {
  readonly body: () => unknown;
  readonly kind: RoutineKind;
  readonly name: string;
  readonly level: number;
  /** Its receiver and arguments. */
  readonly given: Readonly<Record<string, unknown>>;
  /** Where the kit is in the middle of something when it calls the routine. */
  readonly within?: (enter: () => unknown) => void;
}

/** A provider is offered to the client whose callback is entered: the call that attaches works there, and nowhere else. */
function offering(run: Run, args: object[], handleIndex: number): (enter: () => unknown) => void {
  return (enter) => {
    const client = {
      ...clientCharacteristics,
      ClientAttachProvider: (handle: HANDLE): NTSTATUS => {
        if (handle !== null) args[handleIndex] = handle;
        return enter() as NTSTATUS;
      },
    };
    const provider = {
      ...providerCharacteristics,
      ProviderAttachClient: (...handed: unknown[]): NTSTATUS => {
        const [context, dispatch] = handed.slice(-2) as [Out<unknown>, Out<unknown>];
        context.value = {};
        dispatch.value = strangersTable;
        return STATUS_SUCCESS;
      },
    };
    const modules = [addClient(client, {}), addProvider(provider, {})] as const;
    for (const { handle } of modules) run.handlesBefore.add(handle);
    offer(...modules);
  };
}

type Callable = (...args: unknown[]) => unknown;

/** What a variable, member or parameter of that type may be. */
function anyOf(run: Run, type: string): unknown {
  switch (type) {
    case 'boolean':
      return run.choices.choose(2) === 1;
    case 'number':
      return run.choices.choose(3);
    case 'NTSTATUS':
      return run.choices.choose(2) === 0 ? STATUS_SUCCESS : STATUS_UNSUCCESSFUL;
    case 'readonly number[]':
      return Array.from({ length: run.choices.choose(3) }, (_, index) => index);
    case 'string':
      return '';
    case 'WSK_REGISTRATION':
      return new WSK_REGISTRATION();
    case 'WSK_REGISTRATION | null':
      return run.choices.choose(2) === 0 ? new WSK_REGISTRATION() : null;
    case 'WSK_PROVIDER_NPI':
      return new WSK_PROVIDER_NPI();
    case 'WSK_SOCKET':
      return new WSK_SOCKET(socketDispatch);
    default:
      return run.module.classes[type] === undefined ? {} : new run.module.classes[type]();
  }
}

/** The levels at which an entry is entered, the highest first. */
export function levelsOf(entry: Entry): readonly number[] {
  if (entry.kind !== 'routine') return [levelConstants.PASSIVE_LEVEL];
  const { min = 'PASSIVE_LEVEL', max = 'HIGH_LEVEL' } = roles[entry.role].levels;
  const [lowest, highest] = [levelConstants[min], levelConstants[max]];
  return Array.from({ length: highest - lowest + 1 }, (_, below) => highest - below);
}

/** `places`: the names of members in which the other module's dispatch table is kept. */
export function enter(
  run: Run,
  entry: Entry,
  level: number,
  places: ReadonlySet<string>,
  { variables, assignedMembers, memberTypes, comparesCells }: Outline,
): Call {
  const { module } = run;
  for (const { name, reassignedAs } of variables) {
    if (reassignedAs !== undefined && mayBeChosen(reassignedAs)) module.setters[name]?.(chosen(run, name, reassignedAs));
  }
  const call = callOf(run, entry, level);
  run.given = call.given;
  for (const object of reachableFrom({ ...module.values(), ...call.given }).keys())
    if (!isStructure(object)) chooseMembers(run, object as Record<string, unknown>, assignedMembers, memberTypes);
  for (const object of reachableFrom({ ...module.values(), ...call.given }).keys()) {
    if (object instanceof WSK_REGISTRATION) {
      run.unknown.set(object, { captures: true });
      run.wereBefore.add(object);
    } else if (object instanceof Out) {
      if (run.isLater) object.value = null;
      if (!run.handed.includes(object)) enterCell(run, object, comparesCells);
    } else if (object instanceof WSK_PROVIDER_NPI) {
      run.record.silence(object);
      run.wereBefore.add(object);
    }
  }
  putTables(run, places);
  run.pathsOnEntry = reachableFrom({ ...module.values(), ...call.given });
  // What a function around the routine has made, and the routine may have taken along, is unknown.
  if (run.isLater) for (const object of run.made) if (!run.pathsOnEntry.has(object)) run.record.silence(object);
  return call;
}

const isStructure = (object: object): boolean =>
  [WSK_REGISTRATION, Out, WSK_PROVIDER_NPI, DRIVER_OBJECT].some((structure) => object instanceof structure);

/** Types whose values can be chosen. */
const mayBeChosen = (type: string): boolean => type === 'boolean' || type === 'number' || isHolder(type);

const chosen = (run: Run, name: string, type: string): unknown =>
  type === 'HANDLE' ? handleBefore(run, run.variable(name), true) : anyOf(run, type);

function chooseMembers(run: Run, object: Record<string, unknown>, assigned: ReadonlySet<string>, types: ReadonlyMap<string, string>): void {
  for (const [key, value] of Object.entries(object)) {
    const type = value === null ? types.get(key) : typeof value;
    if (assigned.has(key) && type !== undefined && mayBeChosen(type)) object[key] = chosen(run, key, type);
  }
}

const kinds: Readonly<Partial<Record<string, RoutineKind>>> = {
  thread: 'thread',
  workItem: 'work item',
  deferred: 'dpc',
  completion: 'completion routine',
  wskEvent: 'wsk event callback',
};

/** A request that has completed: it brings a socket along, if that is what was asked for. */
function completedIrp(): IRP {
  const irp = new IRP();
  irp.IoStatus.Information = new WSK_SOCKET(socketDispatch);
  return irp;
}

/** What the kit hands to a routine. */
function structureOf(run: Run, name: string | undefined): object {
  if (name === undefined) return {};
  if (name === 'NPI_REGISTRATION_INSTANCE') return { ...clientCharacteristics.ClientRegistrationInstance, Number: run.choices.choose(2) };
  if (name === 'IRP') return completedIrp();
  const made: unknown = (runtime as Readonly<Record<string, unknown>>)[name];
  return typeof made === 'function' ? new (made as new () => object)() : {};
}

function callOf(run: Run, entry: Entry, level: number): Call {
  const { entries } = run.module;
  if (entry.kind === 'method') {
    const instance = new (entries[entry.className] as new () => Record<string, Callable>)();
    const args = entry.parameters.map(({ type }) => anyOf(run, type));
    return {
      body: () => instance[entry.name]?.(...args),
      kind: 'driver',
      name: entry.name,
      level,
      given: { this: instance, ...byIndex(args) },
    };
  }
  const inline = entry.kind === 'routine' ? entry.inline : undefined;
  const routine = inline === undefined ? (entries[entry.name] as Callable) : run.routines.get(inline.key);
  if (routine === undefined) return run.giveUp();
  if (entry.kind === 'function') {
    const args = entry.parameters.map(({ type }) => anyOf(run, type));
    return { body: () => routine(...args), kind: 'driver', name: entry.name, level, given: byIndex(args) };
  }
  const { kind, parameters, structures } = roles[entry.role];
  const args: object[] = parameters.map((name) => structureOf(run, structures?.[name]));
  run.role = roles[entry.role];
  run.handed = args;
  if (run.role.kind === 'attach' && run.role.dispatch !== undefined) {
    const index = parameters.indexOf(run.role.dispatch);
    if (index !== -1 && run.role.attachesWith === undefined) args[index] = run.othersTable = strangersTable;
  }
  if (run.role.stillUses !== undefined) run.stillUsed = args.at(parameters.indexOf(run.role.stillUses.parameter));
  const given = { ...(run.receiver === undefined ? {} : { this: run.receiver }), ...byIndex(args) };
  const call: Call = { body: () => routine(...args), kind: kinds[kind] ?? 'driver', name: entry.role, level, given };
  if (run.role.attachesWith === undefined) return call;
  return { ...call, within: offering(run, args, parameters.indexOf('NmrBindingHandle')) };
}
