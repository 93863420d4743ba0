package dev.hanse.attestation.tdx;

/** What Intel would publish of the forged platform. Test only. */
final class Intel {
  static final String TCB_INFO =
      """
      {"id":"TDX","version":3,"issueDate":"2026-05-20T00:00:00Z",\
      "nextUpdate":"2026-06-19T00:00:00Z","fmspc":"B0C06F000000","pceId":"0000","tcbType":0,\
      "tcbEvaluationDataNumber":18,"tdxModule":{"mrsigner":"%s","attributes":"0000000000000000",\
      "attributesMask":"FFFFFFFFFFFFFFFF"},"tdxModuleIdentities":[{"id":"TDX_01","mrsigner":"%s",\
      "attributes":"0000000000000000","attributesMask":"FFFFFFFFFFFFFFFF","tcbLevels":[\
      {"tcb":{"isvsvn":4},"tcbDate":"2025-03-01T00:00:00Z","tcbStatus":"UpToDate"},\
      {"tcb":{"isvsvn":2},"tcbDate":"2023-02-02T00:00:00Z","tcbStatus":"OutOfDate",\
      "advisoryIDs":["INTEL-SA-01192"]}]}],"tcbLevels":[%s,%s]}\
      """
          .formatted(
              "00".repeat(48),
              "00".repeat(48),
              level("5,5,2,2,4,1,0,5", 13, "5,0,3", "2025-01-01", "\"UpToDate\""),
              level(
                  "3,3,2,2,3,1,0,5",
                  11,
                  "5,0,2",
                  "2024-01-01",
                  "\"OutOfDate\",\"advisoryIDs\":[\"INTEL-SA-01036\",\"INTEL-SA-01099\"]"));

  static final String QE_IDENTITY =
      """
      {"id":"TD_QE","version":2,"issueDate":"2026-05-20T00:00:00Z",\
      "nextUpdate":"2026-06-19T00:00:00Z","tcbEvaluationDataNumber":18,"miscselect":"00000000",\
      "miscselectMask":"FFFFFFFF","attributes":"11000000000000000000000000000000",\
      "attributesMask":"FBFFFFFFFFFFFFFF0000000000000000","mrsigner":"%s","isvprodid":2,\
      "tcbLevels":[{"tcb":{"isvsvn":4},"tcbDate":"2025-01-01T00:00:00Z","tcbStatus":"UpToDate"},\
      {"tcb":{"isvsvn":2},"tcbDate":"2023-01-01T00:00:00Z","tcbStatus":"OutOfDate",\
      "advisoryIDs":["INTEL-SA-00700"]}]}\
      """
          .formatted(TdxForge.QE_SIGNER);

  private Intel() {}

  /** A TCB level; versions that are not given are zero. */
  static String level(String sgx, int pceSvn, String tdx, String date, String status) {
    return """
    {"tcb":{"sgxtcbcomponents":[%s],"pcesvn":%d,"tdxtcbcomponents":[%s]},\
    "tcbDate":"%sT00:00:00Z","tcbStatus":%s}\
    """
        .formatted(components(sgx), pceSvn, components(tdx), date, status);
  }

  private static String components(String svns) {
    String[] given = svns.split(",", -1);
    StringBuilder all = new StringBuilder();
    for (int i = 0; i < TcbLevel.COMPONENTS; i++) {
      all.append(i == 0 ? "" : ",")
          .append("{\"svn\":")
          .append(i < given.length ? given[i] : "0")
          .append('}');
    }
    return all.toString();
  }
}
