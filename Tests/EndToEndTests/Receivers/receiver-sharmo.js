// Sharmo's guide, "Webhook Signatures": the way that parses the body and writes it out again.

const { secret: SECRET } = require('./observe');
const express = require('express');
const app = express();
app.use(express.json());

async function handleWebhookEvent() {}

// --- guide
const crypto = require('crypto');
function verifyWebhookSignature(payload, signature, secret) {
  // Parse the signature header
  const components = signature.split(',');
  const timestamp = components.find(c => c.startsWith('t=')).substring(2);
  const receivedSignature = components.find(c => c.startsWith('v1=')).substring(3);
  // Create the string to sign
  const signedPayload = `${timestamp}.${payload}`;
  // Create the expected signature
  const expectedSignature = crypto
    .createHmac('sha256', secret)
    .update(signedPayload)
    .digest('hex');
  // Compare signatures (use constant-time comparison in production)
  return expectedSignature === receivedSignature;
}
// Usage in Express.js
app.post('/webhooks/sharmo', (req, res) => {
  const signature = req.headers['sharmo-signature'];
  const payload = JSON.stringify(req.body);
  // The guide has 'whsec_abcdefghijklmnopqrstuvwxyz1234567890' in the place of `SECRET`.
  const secret = SECRET;
  if (!verifyWebhookSignature(payload, signature, secret)) {
    return res.status(403).send('Invalid signature');
  }
  // Process the webhook
  const event = req.body;
  console.log(`Received event: ${event.type}`);
  // Respond quickly
  res.status(200).send('Webhook received');
  // Process asynchronously
  handleWebhookEvent(event).catch(console.error);
});
// --- end of guide

app.listen();
