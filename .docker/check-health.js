// `node check-health.js <port>`: exits with 0 if the service is ready, else with 1.
const answer = await fetch(`http://127.0.0.1:${process.argv[2]}/readyz`).catch(() => null);
process.exit(answer?.ok ? 0 : 1);
