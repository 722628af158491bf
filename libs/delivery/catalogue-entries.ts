import type { Permission } from '#kernel/commands';
import type { VisibilityClass } from '#kernel/envelope';
import type { Answer, Relation } from '#kernel/visibility';
import type { Maker } from './checks.ts';
import type { SettingHelp } from './settings.ts';

/**
 * Everything that a caller of this system may want to know of it, as data: what can happen, what can be asked for and by
 * whom, what is shown to whom, every code and every setting. It is the schema and holds nothing that was recorded.
 * Names are stable; members may be added.
 */
export interface Catalogue {
  readonly contexts: readonly { readonly name: string; readonly sv: string }[];
  readonly facts: readonly FactEntry[];
  readonly commands: readonly CommandEntry[];
  /** What comes with every command beside its input. */
  readonly meta: readonly FieldEntry[];
  readonly processes: readonly ProcessEntry[];
  readonly views: readonly ViewEntry[];
  readonly queries: readonly QueryEntry[];
  /** The fields of GraphQL that belong to no context. */
  readonly others: readonly OperationEntry[];
  readonly types: readonly TypeEntry[];
  readonly codeLists: readonly CodeListEntry[];
  readonly refusals: readonly CodeEntry[];
  readonly warnings: readonly CodeEntry[];
  readonly errors: readonly ErrorEntry[];
  readonly classes: readonly ClassEntry[];
  readonly roles: readonly RoleEntry[];
  readonly settings: readonly SettingHelp[];
}

/** A field as the catalogue tells of it. */
export interface FieldEntry {
  readonly name: string;
  /** id, text, money …; the name of a code list or of a group; of a list, that of its items. */
  readonly type: string;
  readonly list: boolean;
  readonly optional: boolean;
  readonly says: string;
  /** What a value must be, where the type alone does not tell. */
  readonly rule?: string;
  /** The class of the field, where it is not that of what it is part of. */
  readonly class?: VisibilityClass;
  /** The fields of a group. */
  readonly fields?: readonly FieldEntry[];
}

/** A type that every field of its kind shares. */
export interface TypeEntry {
  readonly name: string;
  readonly says: string;
  readonly fields?: readonly FieldEntry[];
}

export interface FactEntry {
  readonly name: string;
  readonly sv: string;
  readonly says: string;
  readonly context: string;
  /** The first part of its stream's name, and the type of the object that it happens to. */
  readonly stream: string;
  readonly object: string;
  readonly version: number;
  readonly class: VisibilityClass;
  /** Whether a fact recorded later may make it PUBLIC. */
  readonly released: boolean;
  /** Whether it is one that makes others PUBLIC. */
  readonly releases: boolean;
  /** The field that names the person whom it is about. */
  readonly subject?: string;
  readonly fields: readonly FieldEntry[];
  readonly madeBy: readonly Maker[];
  /** The views that it feeds, by the name of their list. */
  readonly feeds: readonly string[];
}

export interface CommandEntry {
  readonly name: string;
  readonly says: string;
  readonly context: string;
  /** Who may issue it; the first that the actor holds is the role that the event names. */
  readonly by: readonly Permission[];
  readonly makes: string;
  /** The fields of the fact that the decision fills. */
  readonly filled: readonly string[];
  /** The field of GraphQL's Mutation, and its signature. */
  readonly mutation: string;
  readonly graphql: string;
  readonly input: readonly FieldEntry[];
}

/** A process manager: timers and policies. */
export interface ProcessEntry {
  readonly name: string;
  readonly says: string;
  readonly context: string;
  /** The facts that set its timers, or that it answers. */
  readonly hears: readonly string[];
  readonly makes: readonly string[];
}

export interface ViewEntry {
  /** The list's field of GraphQL's Query. */
  readonly name: string;
  readonly type: string;
  readonly says: string;
  readonly context: string;
  readonly class: VisibilityClass;
  readonly released: boolean;
  readonly key: string;
  /** The signatures of one row, and of a page of the list. */
  readonly graphql: readonly string[];
  readonly columns: readonly ColumnEntry[];
  readonly fedBy: readonly string[];
}
export interface ColumnEntry extends FieldEntry {
  readonly filter: boolean;
  readonly order: boolean;
}

export interface QueryEntry {
  readonly name: string;
  readonly says: string;
  readonly context: string;
  readonly graphql: string;
  readonly args: readonly FieldEntry[];
  readonly gives: { readonly type: string; readonly says: string; readonly list: boolean };
  readonly fields: readonly FieldEntry[];
  /** The views that it reads, by the name of their list. */
  readonly reads: readonly string[];
}

export interface OperationEntry {
  readonly kind: 'query' | 'mutation' | 'subscription';
  readonly name: string;
  readonly says: string;
  readonly graphql: string;
  readonly args: readonly { readonly name: string; readonly type: string; readonly says: string }[];
}

export interface CodeListEntry {
  readonly name: string;
  readonly says: string;
  readonly codes: readonly { readonly code: string; readonly sv: string }[];
}
export interface CodeEntry {
  readonly code: string;
  readonly says: string;
}
export interface ErrorEntry extends CodeEntry {
  readonly status: string;
  readonly next: string;
  readonly carries?: string;
}
export interface ClassEntry {
  readonly name: VisibilityClass;
  readonly sv: string;
  readonly says: string;
  /** Who sees what of it, in which relation; whoever is not named sees nothing. */
  readonly seenBy: readonly SeenBy[];
}
export interface SeenBy {
  readonly relation: Relation;
  readonly sees: Answer;
  readonly roles: readonly string[];
}
export interface RoleEntry {
  readonly name: string;
  readonly sv: string;
  /** Its code in the table of who sees what; absent for who acts without a grant and sees what others see. */
  readonly code?: string;
  readonly says?: string;
  /** The commands that it may issue. */
  readonly issues: readonly string[];
}
