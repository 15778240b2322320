type Outcome = 'passed' | 'review' | 'warning' | 'skipped';

/** What we expect a module of the OpenID conformance suite to end with, and why where it is not that it passes. */
export type Expectation = 'passed' | { outcome: Outcome; why?: string; only?: Only };

/** How an app shows who it is, or what its tokens are bound to, where a module is about that. */
export type Only = 'private_key_jwt' | 'mtls' | 'dpop' | 'poll' | 'ping';

/** A way to run a plan, and how an administrator sets up for it. */
export interface Variant {
  /** As the suite names them. */
  settings: string;
  /** Commands that make what it needs. */
  commands: readonly string[];
}

/** A plan of the suite. */
export interface Plan<Module extends string = string> {
  name: string;
  title: string;
  variants: readonly Variant[];
  /** What else is to be set, at the suite or here. */
  notes: readonly string[];
  modules: Readonly<Record<Module, Expectation>>;
  /** The one that has the same modules, with the same expectations. */
  like?: Plan;
}

/** Infers the names of the modules. */
export const plan = <Module extends string>(data: Plan<Module>): Plan<Module> => data;

/** Somebody looks at a page, and sends a picture of it. */
export const review = (why: string): Expectation => ({ outcome: 'review', why });
export const warning = (why: string): Expectation => ({ outcome: 'warning', why });
export const skipped = (why: string): Expectation => ({ outcome: 'skipped', why });
export const passedWhere = (why: string): Expectation => ({ outcome: 'passed', why });
/** The suite runs it in these variants alone. */
export const only = (what: Only): Expectation => ({ outcome: 'passed', only: what });

/** What is tried for each module: every one of the plan has its test, and none has one that is not in it. */
export type Tried<P extends Plan> =
  P extends Plan<infer Module> ? Record<Module, () => Promise<void>> : never;
