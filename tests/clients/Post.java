import java.io.ByteArrayInputStream;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpRequest.BodyPublishers;
import java.net.http.HttpResponse.BodyHandlers;
import java.util.TreeMap;

/** Send a body several times with HttpClient; print how often each status came back, as JSON. */
public class Post {
    /** Arguments: URL, size, chunked, times, then names and values of headers. */
    public static void main(String[] arguments) throws Exception {
        int size = Integer.parseInt(arguments[1]);
        byte[] body = (size > 0 ? "x".repeat(size) : "{\"name\": \"lamp\"}").getBytes();
        var client = HttpClient.newBuilder().version(HttpClient.Version.HTTP_1_1).build();
        var statuses = new TreeMap<String, Integer>();
        for (int time = 0; time < Integer.parseInt(arguments[3]); time++) {
            var publisher = Boolean.parseBoolean(arguments[2])
                ? BodyPublishers.ofInputStream(() -> new ByteArrayInputStream(body))
                : BodyPublishers.ofByteArray(body);
            var request = HttpRequest.newBuilder(URI.create(arguments[0])).POST(publisher);
            for (int index = 4; index < arguments.length; index += 2) {
                request.header(arguments[index], arguments[index + 1]);
            }
            String status;
            try {
                status = "" + client.send(request.build(), BodyHandlers.ofString()).statusCode();
            } catch (java.io.IOException error) {
                status = error.toString().replace('"', '\'');
            }
            statuses.merge(status, 1, Integer::sum);
        }
        var pairs = statuses.entrySet().stream().map(each -> "\"" + each.getKey() + "\":" + each.getValue());
        System.out.println("{" + String.join(",", pairs.toList()) + "}");
    }
}
