import { html } from '../html.ts';

/** A person and a key: stands beside the word passkey wherever passkeys are meant, always the same. */
export const passkeySymbol = html`<svg class="symbol" viewBox="0 0 24 24" width="24" height="24" aria-hidden="true" focusable="false"><g fill="currentColor"><circle cx="8.6" cy="7" r="4.3"/><path d="M.9 20.8c0-4.6 3.3-7.7 7.7-7.7 1.4 0 2.7.3 3.8.9a6.3 6.3 0 0 0 2 2.9v3.9z"/><path fill-rule="evenodd" d="M17.8 6.2a4.5 4.5 0 0 1 1.7 8.66V16l1.6 1.5-1.6 1.5 1.4 1.4-2.8 3-2-1.9v-6.64A4.5 4.5 0 0 1 17.8 6.2zm0 2.6a1.45 1.45 0 1 0 0 2.9 1.45 1.45 0 0 0 0-2.9z"/></g></svg>`;

/** The product's own key, where the installation has no logo. */
export const productSymbol = html`<svg class="product" viewBox="0 0 32 32" width="32" height="32" aria-hidden="true" focusable="false"><rect class="product-ground" width="32" height="32" rx="9"/><path class="product-key" fill-rule="evenodd" d="M12.2 8a6 6 0 0 1 5.8 4.5h8a1.5 1.5 0 0 1 1.5 1.5v4a1.5 1.5 0 0 1-3 0v-2.5h-2V17a1.5 1.5 0 0 1-3 0v-1.5H18A6 6 0 1 1 12.2 8zm0 3.4a2.6 2.6 0 1 0 0 5.2 2.6 2.6 0 0 0 0-5.2z"/></svg>`;

/** Kept by a provider on several devices. */
export const syncedSymbol = html`<svg class="small-symbol" viewBox="0 0 16 16" width="16" height="16" aria-hidden="true" focusable="false"><path fill="currentColor" d="M4.6 13.2a3.6 3.6 0 0 1-.5-7.1 4.3 4.3 0 0 1 8.2 1 3.1 3.1 0 0 1-.6 6.1z"/></svg>`;

/** Cannot leave the device it was made on. */
export const deviceSymbol = html`<svg class="small-symbol" viewBox="0 0 16 16" width="16" height="16" aria-hidden="true" focusable="false"><rect x="4" y="1.75" width="8" height="12.5" rx="2" fill="none" stroke="currentColor" stroke-width="1.5"/><path stroke="currentColor" stroke-width="1.5" stroke-linecap="round" d="M7.2 11.6h1.6"/></svg>`;

export const checkSymbol = html`<svg class="symbol" viewBox="0 0 24 24" width="24" height="24" aria-hidden="true" focusable="false"><circle cx="12" cy="12" r="10" fill="currentColor" opacity=".14"/><path fill="none" stroke="currentColor" stroke-width="2" stroke-linecap="round" stroke-linejoin="round" d="m7.5 12.4 3 3 6-6.3"/></svg>`;
