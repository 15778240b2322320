/** Asks whether this page is there again, and shows it once it is. Nothing moves until then. */

const pause = 3_000;

/** An authorization request leaves records whenever it is asked: there the server's word that it is ready must do. */
const probe = location.pathname === '/auth' ? '/health/ready' : location.href;

async function isThere(): Promise<boolean> {
  try {
    // A redirect is an answer, wherever it leads.
    const { type, status } = await fetch(probe, { headers: { accept: 'text/html' }, redirect: 'manual' });
    return type === 'opaqueredirect' || status !== 503;
  } catch {
    return false;
  }
}

async function look(): Promise<void> {
  if (document.visibilityState === 'visible' && (await isThere())) location.reload();
  else setTimeout(look, pause);
}

setTimeout(look, pause);
