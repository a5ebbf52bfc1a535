function New-HoldfastConnection {
    <#
    .SYNOPSIS
    The server and the key, and a client that follows no redirect: the key goes to one server alone.
    #>
    [CmdletBinding()]
    param(
        [string] $Url,
        [string] $ApiKey
    )
    if (-not $Url) { $Url = $env:HOLDFAST_URL }
    if (-not $ApiKey) { $ApiKey = $env:HOLDFAST_API_KEY }
    if (-not $Url -or -not $ApiKey) {
        throw 'Give -Url and -ApiKey, or set HOLDFAST_URL and HOLDFAST_API_KEY.'
    }
    $address = [Uri] $Url
    if (-not $address.IsAbsoluteUri -or @('http', 'https') -notcontains $address.Scheme) {
        throw ('{0} is no http(s) address.' -f $Url)
    }
    if ($address.Scheme -ne 'https' -and -not $address.IsLoopback) {
        Write-Warning 'The key travels unencrypted; use https.'
    }
    $base = $Url.TrimEnd('/')
    if ($base.EndsWith('/api/v1')) { $base = $base.Substring(0, $base.Length - 7) }
    $handler = [System.Net.Http.HttpClientHandler]::new()
    $handler.AllowAutoRedirect = $false
    $client = [System.Net.Http.HttpClient]::new($handler)
    $client.Timeout = [TimeSpan]::FromSeconds(60)
    [pscustomobject] @{
        Url     = $base
        ApiKey  = $ApiKey.Trim()
        Client  = $client
        SiteKey = (($address.Host + '-' + $address.Port) -replace '[^\w.-]', '_')
    }
}

function ConvertTo-HoldfastBody {
    <#
    .SYNOPSIS
    JSON as UTF-8 bytes; 5.1 would send a string as ISO-8859-1.
    #>
    [CmdletBinding()]
    [OutputType([byte[]])]
    param(
        [Parameter(Mandatory = $true)]
        [AllowEmptyCollection()]
        [System.Collections.IDictionary] $Fields
    )
    $json = ConvertTo-Json -InputObject $Fields -Depth 5 -Compress
    # The comma keeps the array from being unrolled.
    return , [System.Text.Encoding]::UTF8.GetBytes($json)
}

function Invoke-HoldfastPost {
    <#
    .SYNOPSIS
    One POST; gives Status (0 when there was no answer), Data, Code, Message and RetryAfter.
    #>
    [CmdletBinding()]
    param(
        [Parameter(Mandatory = $true)] $Connection,
        [Parameter(Mandatory = $true)] [string] $Path,
        [Parameter(Mandatory = $true)] [byte[]] $Body
    )
    $answer = [pscustomobject] @{ Status = 0; Data = $null; Code = ''; Message = ''; RetryAfter = 0 }
    $request = [System.Net.Http.HttpRequestMessage]::new([System.Net.Http.HttpMethod]::Post, ($Connection.Url + $Path))
    $response = $null
    try {
        [void] $request.Headers.TryAddWithoutValidation('X-API-Key', $Connection.ApiKey)
        $request.Headers.ExpectContinue = $false
        $content = [System.Net.Http.ByteArrayContent]::new($Body)
        $content.Headers.ContentType = [System.Net.Http.Headers.MediaTypeHeaderValue]::Parse('application/json; charset=utf-8')
        $request.Content = $content
        $response = $Connection.Client.SendAsync($request).GetAwaiter().GetResult()
        $bytes = $response.Content.ReadAsByteArrayAsync().GetAwaiter().GetResult()
        $answer.Status = [int] $response.StatusCode
        $after = $response.Headers.RetryAfter
        if ($null -ne $after -and $null -ne $after.Delta) { $answer.RetryAfter = [int] $after.Delta.TotalSeconds }
        Read-HoldfastAnswer -Answer $answer -Text ([System.Text.Encoding]::UTF8.GetString($bytes))
    }
    catch {
        $answer.Status = 0
        $answer.Message = $_.Exception.GetBaseException().Message
    }
    finally {
        if ($null -ne $response) { $response.Dispose() }
        $request.Dispose()
    }
    return $answer
}

function Read-HoldfastAnswer {
    <#
    .SYNOPSIS
    Reads the body into the answer; under /api/backup errors lie one level deeper.
    #>
    [CmdletBinding()]
    param(
        [Parameter(Mandatory = $true)] $Answer,
        [string] $Text
    )
    $told = $null
    try { $told = ConvertFrom-Json -InputObject $Text } catch { $told = $null }
    if ($null -eq $told -or $null -eq $told.success) { return }
    if ($told.success) {
        $Answer.Data = $told
        if ($null -ne $told.data) { $Answer.Data = $told.data }
        return
    }
    if ($told.error -is [string]) {
        $Answer.Code = $told.error
        $Answer.Message = $told.message
    }
    else {
        $Answer.Code = $told.error.code
        $Answer.Message = $told.error.message
    }
}

function Test-HoldfastRefusal {
    <#
    .SYNOPSIS
    True for an answer that the same bytes would get again: not a key, a limit, or a server away.
    #>
    [CmdletBinding()]
    [OutputType([bool])]
    param([Parameter(Mandatory = $true)] $Answer)
    $passing = @(401, 403, 408, 429)
    # A refusal without Holdfast's own code came from a proxy in between.
    return ($Answer.Status -ge 400 -and $Answer.Status -lt 500 -and $Answer.Code -and $passing -notcontains $Answer.Status)
}
