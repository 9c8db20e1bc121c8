extension Schemas {
    private static let signatureMembers = ##"""
        "scheme":{"type":"string","enum":["body","timestamp-body","t-v1","standard","standard-ed25519"]},
        "signature_header":{"type":"string"},
        "timestamp_header":{"type":["string","null"]},"id_header":{"type":["string","null"]},
        "prefix":{"type":"string","description":"What stands before the signature."},
        "hash":{"type":"string","enum":["sha256","sha512"]},"encoding":{"type":"string","enum":["hex","base64"]},
        "key":{"type":"string","description":"How a secret becomes a key: `utf8`, `hex`, `base64`, or `base64-after:` and a
         prefix, such as whsec_."},
        "tolerance":{"$ref":"#/components/schemas/Duration"}
        """##

    private static let profileSettings = ##"""
        "envelope":{"type":"string","enum":["event","data"],"description":"The body: the event, or its payload alone."},
        "signature":{"type":"object","additionalProperties":false,"properties":{\##(signatureMembers)}},
        "success":\##(nullable("SuccessRule", "null is `2xx`.")),
        "timeout":{"description":"From 100ms to 1m for everything.","allOf":[{"$ref":"#/components/schemas/Duration"}]},
        "retry":\##(nullable("RetryPolicy", "null is that of `standard`."))
        """##

    /// Profiles.
    static let profiles: [(name: String, schema: String)] = [
        (
            "NewProfile",
            ##"""
            {"type":"object","additionalProperties":false,"required":["name"],"properties":{
            "name":{"type":"string","minLength":1,"maxLength":64,"pattern":"^[a-z0-9-]+$"},
            "base":{"type":"string","description":"The profile that it is like, but for what is given here: `standard` unless
             given."},
            \##(profileSettings)}}
            """##
        ),
        (
            "ProfileChange",
            ##"""
            {"type":"object","additionalProperties":false,"properties":{\##(profileSettings)}}
            """##
        ),
        (
            "Profile",
            ##"""
            {"type":"object","required":["name","envelope","signature","success","timeout","retry","built_in","created_at",
            "updated_at"],"properties":{"name":{"type":"string"},"envelope":{"type":"string","enum":["event","data"]},
            "signature":{"type":"object","required":["scheme","signature_header","timestamp_header","id_header","prefix",
            "hash","encoding","key","tolerance"],"properties":{\##(signatureMembers)}},
            "success":{"$ref":"#/components/schemas/SuccessRule"},"timeout":{"$ref":"#/components/schemas/Duration"},
            "retry":{"$ref":"#/components/schemas/RetryPolicyInForce"},"built_in":{"type":"boolean"},
            "created_at":\##(nullableInstant),"updated_at":\##(nullableInstant)}}
            """##
        ),
    ]
}
