import { basicPlan, configPlan } from './basic.ts';
import { backchannelLogoutPlan, frontchannelLogoutPlan, rpLogoutPlan } from './logout.ts';
import type { Plan } from './plan.ts';

/** In the order of the document. */
export const plans: readonly Plan[] = [
  configPlan,
  basicPlan,
  rpLogoutPlan,
  backchannelLogoutPlan,
  frontchannelLogoutPlan,
];
