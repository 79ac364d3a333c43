using System.Net.Sockets;
using System.Xml;
using Amazon.Runtime;
using CloudBackup.Storage;
using CloudBackup.Storage.Remote;
using CloudBackup.Storage.S3;
using CloudBackup.Tests.Fakes;

namespace CloudBackup.Tests.Storage.S3;

/// <summary>Answers of the right form in which a value is none: no silence, and reported in the store's words. And answers that never end.</summary>
public sealed class WrongValueTests
{
    private static CancellationToken Token => TestContext.Current.CancellationToken;

    [Theory]
    [InlineData("LastModified", "99999-99-99T00:00:00.000Z")]
    [InlineData("LastModified", "yesterday")]
    [InlineData("IsTruncated", "maybe")]
    [InlineData("IsTruncated", "1")]
    [InlineData("Size", "99999999999999999999999")]
    [InlineData("Size", "-1")]
    [InlineData("Size", "many")]
    [InlineData("KeyCount", "4294967296")]
    [InlineData("MaxKeys", "1e3")]
    public async Task A_value_of_a_list_that_is_none_is_told_in_the_stores_words(string name, string value)
    {
        var element = $"<{name}>{value}</{name}>";
        var (outside, inside) = name is "LastModified" or "Size" ? ("", element) : (element, "");
        await using var store = new LyingStore(_ => new(
            200, $"<ListBucketResult>{outside}<Contents><Key>a/b</Key>{(name == "Size" ? "" : "<Size>1</Size>")}{inside}</Contents></ListBucketResult>"));
        await using var storage = store.Open();
        await AssertToldAsync(() => storage.ListAsync("a", recursive: true, Token).ToListAsync(Token).AsTask(), value);
        Assert.InRange(store.Requests.Count, 1, 40);
    }

    [Theory]
    [InlineData("<IsTruncated>perhaps</IsTruncated>", "perhaps")]
    [InlineData("<MaxUploads>lots</MaxUploads>", "lots")]
    [InlineData("<Upload><Key>a</Key><UploadId>u</UploadId><Initiated>0000-00-00</Initiated></Upload>", "0000-00-00")]
    public async Task So_it_is_in_a_list_of_uploads(string body, string value)
    {
        await using var store = new LyingStore(_ => new(200, $"<ListMultipartUploadsResult>{body}</ListMultipartUploadsResult>"));
        await using var storage = store.Open();
        await AssertToldAsync(() => storage.ListPartialsAsync("", Token).ToListAsync(Token).AsTask(), value);
    }

    [Theory]
    [InlineData("Last-Modified", "99999-99-99")]
    [InlineData("x-amz-mp-parts-count", "some")]
    [InlineData("x-amz-delete-marker", "never")]
    [InlineData("x-amz-missing-meta", "99999999999")]
    [InlineData("x-amz-object-lock-retain-until-date", "for ever")]
    public async Task So_it_is_in_the_facts_about_an_object(string name, string value)
    {
        await using var store = new LyingStore(_ => new(200, "", ETag: "\"1\"", Headers: new() { [name] = value }));
        await using var storage = store.Open();
        await AssertToldAsync(() => storage.FindAsync("a", Token), value);
        Assert.InRange(store.Requests.Count, 1, 40);
    }

    [Fact]
    public async Task A_length_beyond_all_bounds_is_one_too()
    {
        var answer = "HTTP/1.1 200 OK\r\nETag: \"1\"\r\nContent-Length: 99999999999999999999999\r\nConnection: close\r\n\r\n";
        using var listener = new TcpListener(System.Net.IPAddress.Loopback, 0);
        listener.Start();
        var count = 0;
        var serving = ServeAsync();
        await using (var storage = Open(((System.Net.IPEndPoint)listener.LocalEndpoint).Port))
        {
            await AssertToldAsync(() => storage.FindAsync("a", Token), "99999999999999999999999");
        }
        listener.Stop();
        await serving;
        Assert.InRange(count, 1, 40);

        async Task ServeAsync()
        {
            try
            {
                while (true)
                {
                    using var connection = await listener.AcceptTcpClientAsync(CancellationToken.None);
                    count++;
                    var stream = connection.GetStream();
                    if (await stream.ReadAsync(new byte[16 * 1024], CancellationToken.None) > 0)
                    {
                        await stream.WriteAsync(System.Text.Encoding.ASCII.GetBytes(answer), CancellationToken.None);
                    }
                }
            }
            catch (Exception failure) when (failure is SocketException or ObjectDisposedException or OperationCanceledException)
            {
                // Stopped.
            }
        }
    }

    private static List<(Exception Failure, bool IsAnswer)> Failures =>
    [
        (new FormatException("net words"), true),
        (new AmazonClientException("net words", new OverflowException("net words")), true),
        (new AmazonUnmarshallingException("net words", "here", new XmlException("net words"), System.Net.HttpStatusCode.OK), true),
        (new ArgumentOutOfRangeException("net words"), true),
        (new InvalidCastException("net words"), true),
        (new KeyNotFoundException("net words"), true),
        (new IOException("broken off", new FormatException()), false),
        (new HttpRequestException("broken off", new SocketException()), false),
        (new TimeoutException("broken off"), false),
        (new ObjectDisposedException("connection"), false),
    ];

    [Fact]
    public void What_the_runtime_says_of_an_answer_is_not_passed_on_and_a_lost_connection_stays_one()
    {
        var errors = new S3Errors(BucketAddress.Of(S3Profiles.Find("minio")!, new S3Settings { Bucket = "backups", Endpoint = "http://storage.example:9000" }));
        Assert.All(Failures, of =>
        {
            var told = errors.Translate(of.Failure, "a");
            Assert.Equal(of.IsAnswer ? StorageErrorKind.Unreadable : StorageErrorKind.Transient, told.Kind);
            Assert.Contains("storage.example", told.Message, StringComparison.Ordinal);
            Assert.DoesNotContain("net words", told.Message, StringComparison.Ordinal);
        });
    }

    [Theory]
    [InlineData("bytes 0-9/-5")]
    [InlineData("bytes 0-9/0")]
    [InlineData("bytes 0-9/99999999999999999999")]
    [InlineData("bytes */5")]
    public async Task A_range_of_an_object_without_a_sensible_length_is_no_empty_object(string range)
    {
        await using var store = new LyingStore(_ => new(206, "", ETag: "\"1\"", Headers: new() { ["Content-Range"] = range }));
        await using var storage = store.Open();
        await AssertToldAsync(() => storage.OpenReadAsync("a", 0, null, Token), range);
    }

    [Fact]
    public async Task A_list_of_ever_new_names_ends_with_the_reason()
    {
        await using var store = new LyingStore(question => new(200, EndlessPage(question.Number)));
        await using var storage = store.Open();
        await AssertToldAsync(() => storage.ListAsync("", recursive: false, Token).CountAsync(Token).AsTask(), $"{ListProgress.MostOfLevel} pages");
        Assert.Equal(ListProgress.MostOfLevel, store.Requests.Count);
    }

    [Theory]
    [InlineData(true)]
    [InlineData(false)]
    public async Task A_list_of_ever_new_names_stops_when_it_is_told_to(bool recursive)
    {
        using var stop = new CancellationTokenSource();
        await using var store = new LyingStore(question =>
        {
            if (question.Number == 30)
            {
                stop.Cancel();
            }
            return new(200, EndlessPage(question.Number));
        });
        await using var storage = store.Open();
        await Assert.ThrowsAnyAsync<OperationCanceledException>(() => storage.ListAsync("", recursive, stop.Token).CountAsync(stop.Token).AsTask());
        Assert.Equal(30, store.Requests.Count);
    }

    private static string EndlessPage(int number) =>
        $"<ListBucketResult><IsTruncated>true</IsTruncated><NextContinuationToken>t{number}</NextContinuationToken>"
        + $"<Contents><Key>k{number}</Key><Size>1</Size></Contents></ListBucketResult>";

    private static S3Storage Open(int port)
    {
        var place = BucketAddress.Of(S3Profiles.Find("minio")!, new S3Settings { Bucket = "backups", Endpoint = $"http://127.0.0.1:{port}" });
        return new S3Storage(place, new StorageContext(TimeProvider.System, new Support.SeededRandom(1), _ => { }, inner => inner)
        {
            Credential = new StorageCredential("key", "secret"),
            Retry = new RetryOptions { BaseDelay = TimeSpan.FromMilliseconds(1), LongestDelay = TimeSpan.FromMilliseconds(5), GiveUpUnreadableAfter = TimeSpan.FromMilliseconds(20) },
        });
    }

    private static async Task AssertToldAsync(Func<Task> call, string words)
    {
        var failure = await Assert.ThrowsAsync<StorageException>(call);
        Assert.Equal(StorageErrorKind.Unreadable, failure.Kind);
        Assert.False(failure.IsOutage);
        Assert.Contains(words, failure.Message, StringComparison.Ordinal);
        Assert.Contains("127.0.0.1", failure.Message, StringComparison.Ordinal);
        Assert.True(failure.Message.Length < 300, failure.Message);
    }
}
