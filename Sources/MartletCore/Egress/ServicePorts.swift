/// Ports that belong to other protocols: a webhook there would be a request smuggled into somebody's mail or database.
public enum ServicePorts {
    /// What listens on a refused port; `nil` for a port that HTTP may use.
    public static func service(on port: UInt16) -> String? { services[port] }

    /// Every refused port: the "bad ports" of the WHATWG Fetch standard (section 2.9), and the usual ports of
    /// databases, queues and control planes, several of which act on an HTTP request or on a line of one.
    public static let all: Set<UInt16> = Set(services.keys)

    private static let services: [UInt16: String] = badPorts.merging(infrastructure) { bad, _ in bad }

    private static let badPorts: [UInt16: String] = [
        1: "tcpmux", 7: "echo", 9: "discard", 11: "systat", 13: "daytime", 15: "netstat", 17: "qotd", 19: "chargen",
        20: "FTP data", 21: "FTP", 22: "SSH", 23: "Telnet", 25: "SMTP", 37: "time", 42: "name", 43: "nicname",
        53: "DNS", 69: "TFTP", 77: "priv-rjs", 79: "finger", 87: "ttylink", 95: "supdup", 101: "hostname",
        102: "iso-tsap", 103: "gppitnp", 104: "acr-nema", 109: "POP2", 110: "POP3", 111: "sunrpc", 113: "auth",
        115: "SFTP", 117: "uucp-path", 119: "NNTP", 123: "NTP", 135: "epmap", 137: "netbios-ns", 139: "netbios-ssn",
        143: "IMAP", 161: "SNMP", 179: "BGP", 389: "LDAP", 427: "svrloc", 465: "SMTP submissions", 512: "exec",
        513: "login", 514: "shell", 515: "printer", 526: "tempo", 530: "courier", 531: "chat", 532: "netnews",
        540: "UUCP", 548: "AFP", 554: "RTSP", 556: "remotefs", 563: "NNTPS", 587: "mail submission", 601: "syslog-conn",
        636: "LDAPS", 989: "FTPS data", 990: "FTPS", 993: "IMAPS", 995: "POP3S", 1719: "h323gatestat",
        1720: "h323hostcall", 1723: "PPTP", 2049: "NFS", 3659: "apple-sasl", 4045: "npp", 4190: "Sieve", 5060: "SIP",
        5061: "SIPS", 6000: "X11", 6566: "sane-port", 6665: "IRC", 6666: "IRC", 6667: "IRC", 6668: "IRC", 6669: "IRC",
        6679: "osaut", 6697: "IRC over TLS", 10080: "Amanda",
    ]

    private static let infrastructure: [UInt16: String] = [
        445: "SMB", 873: "rsync", 1433: "SQL Server", 1521: "Oracle", 1883: "MQTT", 2181: "ZooKeeper", 2375: "Docker",
        2376: "Docker", 2379: "etcd", 2380: "etcd", 3306: "MySQL", 3389: "RDP", 4222: "NATS", 5432: "PostgreSQL",
        5671: "AMQP", 5672: "AMQP", 5900: "VNC", 5984: "CouchDB", 5985: "WinRM", 5986: "WinRM", 6379: "Redis",
        6443: "Kubernetes", 8883: "MQTT", 9042: "Cassandra", 9092: "Kafka", 9200: "Elasticsearch",
        9300: "Elasticsearch", 10250: "Kubernetes", 10255: "Kubernetes", 11211: "memcached", 27017: "MongoDB",
        27018: "MongoDB", 27019: "MongoDB",
    ]
}
