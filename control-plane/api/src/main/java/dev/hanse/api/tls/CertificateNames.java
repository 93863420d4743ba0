package dev.hanse.api.tls;

import java.security.cert.CertificateParsingException;
import java.security.cert.X509Certificate;
import java.util.ArrayList;
import java.util.Collection;
import java.util.Collections;
import java.util.List;
import javax.naming.InvalidNameException;
import javax.naming.NamingEnumeration;
import javax.naming.NamingException;
import javax.naming.directory.Attribute;
import javax.naming.ldap.LdapName;
import javax.naming.ldap.Rdn;
import javax.security.auth.x500.X500Principal;

/**
 * The names inside a certificate, or {@link IllegalArgumentException} where it has none to read.
 */
final class CertificateNames {
  // GeneralName choices, RFC 5280 §4.2.1.6.
  private static final int DNS_NAME = 2;
  private static final int URI = 6;

  private CertificateNames() {}

  static List<String> uris(X509Certificate certificate) {
    return alternatives(certificate, URI);
  }

  static List<String> dnsNames(X509Certificate certificate) {
    return alternatives(certificate, DNS_NAME);
  }

  /** How many alternative names of any kind it has. */
  static int count(X509Certificate certificate) {
    return alternatives(certificate).size();
  }

  static List<String> organizationalUnits(X509Certificate certificate) {
    List<String> units = new ArrayList<>();
    try {
      String subject = certificate.getSubjectX500Principal().getName(X500Principal.RFC2253);
      for (Rdn rdn : new LdapName(subject).getRdns()) {
        Attribute unit = rdn.toAttributes().get("OU");
        if (unit == null) {
          continue;
        }
        NamingEnumeration<?> values = unit.getAll();
        while (values.hasMore()) {
          units.add(String.valueOf(values.next()));
        }
      }
    } catch (InvalidNameException broken) {
      throw new IllegalArgumentException("subject cannot be read", broken);
    } catch (NamingException broken) {
      throw new IllegalArgumentException("organizational units cannot be read", broken);
    }
    return units;
  }

  private static List<String> alternatives(X509Certificate certificate, int kind) {
    List<String> names = new ArrayList<>();
    for (List<?> name : alternatives(certificate)) {
      if (name.getFirst() instanceof Integer choice
          && choice == kind
          && name.get(1) instanceof String text) {
        names.add(text);
      }
    }
    return names;
  }

  private static Collection<List<?>> alternatives(X509Certificate certificate) {
    try {
      Collection<List<?>> names = certificate.getSubjectAlternativeNames();
      return names == null ? Collections.emptyList() : names;
    } catch (CertificateParsingException broken) {
      throw new IllegalArgumentException("alternative names cannot be read", broken);
    }
  }
}
