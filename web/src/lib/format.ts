// Numbers, sizes and times for people. Invariant: pure, apart from the clock that is passed in.

const COUNT = new Intl.NumberFormat('en');
const DATE = new Intl.DateTimeFormat('en-GB', { dateStyle: 'medium', timeStyle: 'short' });
const DAY = new Intl.DateTimeFormat('en-GB', { dateStyle: 'medium' });

export function count(value: number): string {
  return COUNT.format(value);
}

export function plural(value: number, one: string, many = `${one}s`): string {
  return `${count(value)} ${value === 1 ? one : many}`;
}

export function bytes(value: number): string {
  if (value < 1024) {
    return `${value} B`;
  }
  const units = ['KiB', 'MiB', 'GiB'];
  let amount = value / 1024;
  let unit = 0;
  while (amount >= 1024 && unit < units.length - 1) {
    amount /= 1024;
    unit += 1;
  }
  return `${amount < 10 ? amount.toFixed(1) : Math.round(amount)} ${units[unit]}`;
}

export function duration(ms: number): string {
  if (ms < 1000) {
    return `${Math.round(ms)} ms`;
  }
  const seconds = ms / 1000;
  if (seconds < 60) {
    return `${seconds.toFixed(1)} s`;
  }
  const minutes = Math.floor(seconds / 60);
  const rest = Math.round(seconds - minutes * 60);
  return minutes < 60 ? `${minutes} min ${rest} s` : `${Math.floor(minutes / 60)} h ${minutes % 60} min`;
}

export function dateTime(iso: string): string {
  return DATE.format(new Date(iso));
}

export function day(iso: string): string {
  return DAY.format(new Date(iso));
}

/** Says how long ago or ahead a time is; a date beyond a week. */
export function relative(iso: string, now: number): string {
  const seconds = Math.round((new Date(iso).getTime() - now) / 1000);
  const amount = Math.abs(seconds);
  const words = new Intl.RelativeTimeFormat('en', { numeric: 'auto' });
  if (amount < 45) {
    return 'just now';
  }
  if (amount < 3600) {
    return words.format(Math.round(seconds / 60), 'minute');
  }
  if (amount < 86_400) {
    return words.format(Math.round(seconds / 3600), 'hour');
  }
  return amount < 7 * 86_400 ? words.format(Math.round(seconds / 86_400), 'day') : day(iso);
}
