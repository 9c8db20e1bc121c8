extension WebhookPreset { static var names: [String] { [] } }
