// Fractio's guide, "Step 3: Verify Webhook Signatures".

const { secret } = require('./observe');
const express = require('express');
const app = express();
app.use(express.json());

// --- guide
const crypto = require('crypto');

function verifyWebhookSignature(payload, signature, secret) {
    const hmac = crypto.createHmac('sha256', secret);
    const digest = hmac.update(payload).digest('hex');
    return crypto.timingSafeEqual(Buffer.from(signature), Buffer.from(digest));
}

app.post('/webhook', (req, res) => {
    const signature = req.headers['x-fractio-signature'];
    // The guide has 'your_webhook_secret' in the place of `secret`.
    const isValid = verifyWebhookSignature(JSON.stringify(req.body), signature, secret);
    
    if (isValid) {
        // Process the webhook
        console.log('Verified webhook:', req.body);
        res.sendStatus(200);
    } else {
        res.status(403).send('Invalid signature');
    }
});
// --- end of guide

app.listen();
