using System.Net;
using System.Net.Http.Headers;
using System.Text;
using PixelCraft.Storage;
using Xunit;

namespace PixelCraft.Tests.Contracts;

/// <summary>What every store does that lets others fetch its objects.</summary>
public abstract class ObjectLinksContract : IAsyncLifetime
{
    private readonly HttpClient _http = new();
    private IObjectStore _store = null!;

    private static CancellationToken Cancellation => TestContext.Current.CancellationToken;

    private static DateTimeOffset InAnHour => DateTimeOffset.UtcNow.AddHours(1);

    private IObjectLinks Links => (IObjectLinks)_store;

    /// <summary>An empty store.</summary>
    private protected abstract Task<IObjectStore> CreateAsync();

    public async ValueTask InitializeAsync() => _store = await CreateAsync();

    public virtual ValueTask DisposeAsync()
    {
        GC.SuppressFinalize(this);
        _http.Dispose();
        return ValueTask.CompletedTask;
    }

    [Fact]
    public async Task ReadUrl_GivesTheObject_WholeAndByRange()
    {
        await PutAsync("links/a.webp", "0123456789");
        var url = Links.ReadUrl("links/a.webp", InAnHour);
        Assert.Equal("0123456789", await _http.GetStringAsync(url, Cancellation));
        using var part = await GetAsync(url, new RangeHeaderValue(2, 4));
        Assert.Equal(HttpStatusCode.PartialContent, part.StatusCode);
        Assert.Equal("234", await part.Content.ReadAsStringAsync(Cancellation));
    }

    [Fact]
    public async Task ReadUrl_OfAnotherKey_IsRefused()
    {
        await PutAsync("links/a", "a");
        await PutAsync("links/b", "b");
        var url = Links.ReadUrl("links/a", InAnHour).AbsoluteUri.Replace("links/a", "links/b", StringComparison.Ordinal);
        using var answer = await GetAsync(new Uri(url));
        Assert.Equal(HttpStatusCode.Forbidden, answer.StatusCode);
    }

    [Fact]
    public async Task ReadUrl_AfterItsTime_IsRefused()
    {
        await PutAsync("links/a", "a");
        using var answer = await GetAsync(Links.ReadUrl("links/a", DateTimeOffset.UtcNow.AddMinutes(-1)));
        Assert.Equal(HttpStatusCode.Forbidden, answer.StatusCode);
    }

    [Fact]
    public async Task ReadUrl_OfWhatIsNotThere_IsNotFound()
    {
        await PutAsync("links/a", "a");
        var url = Links.ReadUrl("links/a", InAnHour);
        await _store.DeleteAsync("links/a", Cancellation);
        using var answer = await GetAsync(url);
        Assert.Equal(HttpStatusCode.NotFound, answer.StatusCode);
    }

    [Fact]
    public void ReadUrl_OfAnInvalidKey_Throws() => Assert.Throws<ArgumentException>(() => Links.ReadUrl("../a", InAnHour));

    private async Task PutAsync(string key, string text)
    {
        using var content = new MemoryStream(Encoding.ASCII.GetBytes(text));
        await _store.PutAsync(key, content, "text/plain", Cancellation);
    }

    private async Task<HttpResponseMessage> GetAsync(Uri url, RangeHeaderValue? range = null)
    {
        using var request = new HttpRequestMessage(HttpMethod.Get, url);
        request.Headers.Range = range;
        return await _http.SendAsync(request, Cancellation);
    }
}
