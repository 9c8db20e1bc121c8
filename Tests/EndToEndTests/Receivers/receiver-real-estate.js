// The real-estate guide: the endpoint of its step 1 behind the middleware of its step 3, and the handler of "Handle
// Duplicate Events". Step 3 leaves the endpoint's body out ("Process webhook..."); step 1's stands there.

const { db, secret } = require('./observe');
process.env.WEBHOOK_SECRET = secret;

async function handleNewProperty() {}
async function processEventAsync() {}

// --- guide
const express = require('express');
const app = express();

// Parse JSON bodies
app.use(express.json());

const crypto = require('crypto');

// Middleware to verify webhook signatures
function verifyWebhookSignature(req, res, next) {
  const signature = req.headers['x-webhook-signature'];
  const timestamp = req.headers['x-webhook-timestamp'];
  const body = JSON.stringify(req.body);
  
  // Your webhook secret from the dashboard
  const secret = process.env.WEBHOOK_SECRET;
  
  // Create the signature
  const expectedSignature = crypto
    .createHmac('sha256', secret)
    .update(timestamp + body)
    .digest('hex');
  
  // Check if signatures match
  if (crypto.timingSafeEqual(
    Buffer.from(signature),
    Buffer.from(expectedSignature)
  )) {
    next();
  } else {
    res.status(401).send('Invalid signature');
  }
}

// Use the middleware
app.post('/webhooks/real-estate', verifyWebhookSignature, (req, res) => {
  const event = req.body;
  
  // Process the event
  console.log('Received webhook event:', event.type);
  
  // Process different event types
  switch (event.type) {
    case 'property.created':
      handleNewProperty(event.data);
      break;
    case 'appointment.scheduled':
      handleNewAppointment(event.data);
      break;
    // Handle other event types...
  }
  
  // Respond quickly to acknowledge receipt
  res.status(200).send({ received: true });
  
  // Process the event asynchronously
  processEventAsync(event).catch(console.error);
});

app.listen(3000, () => {
  console.log('Webhook server running on port 3000');
});

async function handleNewAppointment(appointmentData) {
  // Check if we've already processed this appointment
  const exists = await db.appointments.findOne({ id: appointmentData.id });
  
  if (exists) {
    console.log(`Already processed appointment ${appointmentData.id}`);
    return;
  }
  
  // Process the new appointment
  await db.appointments.insert({
    id: appointmentData.id,
    // Other appointment data...
    processed: true
  });
  
  // Additional processing...
}
// --- end of guide
