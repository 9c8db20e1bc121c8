// Sharmo's guide, "Implementation Examples" and "Processing Event Data": the way that keeps the raw body, checks the
// timestamp, and hands the payload to the guide's own handlers.

const { db, secret } = require('./observe');
process.env.SHARMO_WEBHOOK_SECRET = secret;

const notificationService = {
  async notifyUsersAboutNewProperty() {},
  async sendTransactionConfirmation() {},
};

// --- guide
const express = require('express');
const crypto = require('crypto');
const app = express();
// Parse JSON request body
app.use(express.json({
  verify: (req, res, buf) => {
    // Save raw body for signature verification
    req.rawBody = buf.toString();
  }
}));
app.post('/webhooks/sharmo', async (req, res) => {
  const signature = req.headers['sharmo-signature'];
  const webhookSecret = process.env.SHARMO_WEBHOOK_SECRET;
  try {
    // Verify signature
    const isValid = verifySignature(req.rawBody, signature, webhookSecret);
    if (!isValid) {
      console.error('Invalid webhook signature');
      return res.status(403).send('Invalid signature');
    }
    // Extract event data
    const event = req.body;
    // Respond immediately to acknowledge receipt
    res.status(200).send('Webhook received');
    // Process the event asynchronously
    switch (event.type) {
      case 'property.created':
        await handlePropertyCreated(event.data);
        break;
      case 'token.transferred':
        await handleTokenTransferred(event.data);
        break;
      case 'transaction.completed':
        await handleTransactionCompleted(event.data);
        break;
      default:
        console.log(`Unhandled event type: ${event.type}`);
    }
  } catch (error) {
    console.error('Error processing webhook:', error);
    // Still return 200 to acknowledge receipt
    if (!res.headersSent) {
      res.status(200).send('Webhook received');
    }
  }
});
function verifySignature(payload, signature, secret) {
  if (!signature || !secret) return false;
  try {
    const components = signature.split(',');
    const timestamp = components.find(c => c.startsWith('t=')).substring(2);
    const receivedSig = components.find(c => c.startsWith('v1=')).substring(3);
    // Check timestamp is recent (within 5 minutes)
    const now = Math.floor(Date.now() / 1000);
    if (now - parseInt(timestamp) > 300) {
      return false;
    }
    // Compute expected signature
    const signedPayload = `${timestamp}.${payload}`;
    const expectedSig = crypto
      .createHmac('sha256', secret)
      .update(signedPayload)
      .digest('hex');
    return crypto.timingSafeEqual(
      Buffer.from(expectedSig),
      Buffer.from(receivedSig)
    );
  } catch (error) {
    console.error('Error verifying signature:', error);
    return false;
  }
}
// Start the server
app.listen(3000, () => {
  console.log('Webhook server running on port 3000');
});
// Example event handlers
async function handlePropertyCreated(data) {
  // Store the new property in your database
  await db.properties.insert({
    propertyId: data.property_id,
    address: data.address,
    price: data.price,
    tokenizationStatus: data.tokenization_status,
    createdAt: new Date(data.created_at)
  });
  // Notify relevant users
  await notificationService.notifyUsersAboutNewProperty(data);
  console.log(`Processed property.created event for ${data.property_id}`);
}
async function handleTokenTransferred(data) {
  // Update token ownership records
  await db.tokenTransactions.insert({
    transactionId: data.transaction_id,
    tokenId: data.token_id,
    fromAddress: data.from_address,
    toAddress: data.to_address,
    amount: data.amount,
    timestamp: new Date(data.timestamp)
  });
  // Update user balances
  await db.tokenBalances.updateMany([
    { userId: data.from_user_id, $inc: { balance: -data.amount } },
    { userId: data.to_user_id, $inc: { balance: data.amount } }
  ]);
  console.log(`Processed token.transferred event for ${data.transaction_id}`);
}
async function handleTransactionCompleted(data) {
  // Update transaction status
  await db.transactions.updateOne(
    { transactionId: data.transaction_id },
    { $set: { status: 'completed', completedAt: new Date() } }
  );
  // Notify user(s)
  await notificationService.sendTransactionConfirmation(
    data.user_id,
    data.transaction_id,
    data.amount
  );
  console.log(`Processed transaction.completed event for ${data.transaction_id}`);
}
// --- end of guide
