/** Asks for this page again and again, and shows it once it is there. Nothing moves until then. */

const pause = 3_000;

async function isThere(): Promise<boolean> {
  try {
    const { status } = await fetch(location.href, { headers: { accept: 'text/html' } });
    return status !== 503;
  } catch {
    return false;
  }
}

async function look(): Promise<void> {
  if (document.visibilityState === 'visible' && (await isThere())) location.reload();
  else setTimeout(look, pause);
}

setTimeout(look, pause);
