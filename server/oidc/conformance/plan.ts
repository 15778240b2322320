/** What we expect a module of the OpenID conformance suite to end with, and why where it is not that it passes. */
export type Expectation = 'passed' | { outcome: 'review' | 'warning' | 'skipped'; why: string };

/** A plan of the suite, and how an administrator sets up for it. */
export interface Plan<Module extends string = string> {
  name: string;
  title: string;
  /** Commands that make the apps that the plan needs. */
  apps: readonly string[];
  /** What else is to be set, at the suite or here. */
  notes: readonly string[];
  modules: Readonly<Record<Module, Expectation>>;
}

/** Infers the names of the modules. */
export const plan = <Module extends string>(data: Plan<Module>): Plan<Module> => data;

/** Somebody looks at a page, and sends a picture of it. */
export const review = (why: string): Expectation => ({ outcome: 'review', why });
export const warning = (why: string): Expectation => ({ outcome: 'warning', why });
export const skipped = (why: string): Expectation => ({ outcome: 'skipped', why });

/** What is tried for each module: every one of the plan has its test, and none has one that is not in it. */
export type Tried<P extends Plan> =
  P extends Plan<infer Module> ? Record<Module, () => Promise<void>> : never;
